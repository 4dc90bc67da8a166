import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import type { AccountState } from './account-state.ts';
import type { AwsError } from './aws-error.ts';
import { xmlText } from './aws-error.ts';
import type { Organization } from './organization.ts';
import { decide } from './policy-engine.ts';
import { relevantPolicy } from './relevant-policy.ts';

/**
 * The answer of SimulateCustomPolicy and SimulatePrincipalPolicy, decided by the same engine as the calls themselves.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
 */
export async function simulatePolicy(
  form: URLSearchParams,
  state: AccountState,
  organization?: Organization,
): Promise<string | AwsError> {
  const operation = form.get('Action') ?? '';
  const policies = members(form, 'PolicyInputList').map((text, index) => ({
    name: `PolicyInputList.${index + 1}`,
    policy: JSON.parse(text) as PolicyDocument,
  }));
  const source = form.get('PolicySourceArn');
  const name = source?.split('/').at(-1)?.toLowerCase() ?? '';
  const entity = source === null ? undefined : (state.roles.get(name) ?? state.users.get(name));
  if (source !== null && entity === undefined) {
    return { status: 404, code: 'NoSuchEntity', message: `The entity with ARN ${source} cannot be found.` };
  }
  const boundaries = members(form, 'PermissionsBoundaryPolicyInputList').map(
    (text) => JSON.parse(text) as PolicyDocument,
  );
  const boundary = boundaries[0] ?? entity?.boundary;
  const resources = members(form, 'ResourceArns');
  const questions = members(form, 'ActionNames').flatMap((action) =>
    (resources.length === 0 ? ['*'] : resources).map((resource) => ({ action, resource })),
  );
  const documents = [...policies, ...(entity?.policies ?? [])].map(({ policy }) => policy);
  const missing = missingContext([...documents, ...(boundary ? [boundary] : [])], contextEntries(form));
  const start = Number(form.get('Marker') ?? 0);
  const end = start + Number(form.get('MaxItems') ?? 100);
  const results = await Promise.all(
    questions.slice(start, end).map(async ({ action, resource }) => {
      const result = await decide({
        request: {
          principal: entity?.arn ?? `arn:aws:iam::${state.accountId}:user/simulated`,
          action,
          resource: { resource, accountId: state.accountId },
          contextVariables: contextEntries(form),
        },
        identityPolicies: [...policies, ...(entity?.policies ?? [])].map(({ name: policyName, policy }) => ({
          name: policyName,
          policy: relevantPolicy(policy, resource),
        })),
        ...(boundary && { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] }),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      });
      // AWS tells of the organization of a principal that exists, and by its SCPs alone.
      const isMember = entity !== undefined && organization?.accounts.includes(state.accountId) === true;
      return resultXml({ action, resource, decision: decisions[result.overallResult], missing, isMember });
    }),
  );
  const more = end < questions.length;
  return `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${operation}Result><IsTruncated>${more}</IsTruncated>${more ? `<Marker>${end}</Marker>` : ''}<EvaluationResults>${results.join('')}</EvaluationResults></${operation}Result></${operation}Response>`;
}

const decisions = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitDeny',
  ImplicitlyDenied: 'implicitDeny',
} as const;

interface Result {
  readonly action: string;
  readonly resource: string;
  readonly decision: string;
  readonly missing: readonly string[];
  readonly isMember: boolean;
}

function resultXml({ action, resource, decision, missing, isMember }: Result): string {
  const organization = isMember
    ? '<OrganizationsDecisionDetail><AllowedByOrganizations>true</AllowedByOrganizations></OrganizationsDecisionDetail>'
    : '';
  const keys = missing.map((key) => `<member>${xmlText(key)}</member>`).join('');
  return `<member><EvalActionName>${xmlText(action)}</EvalActionName><EvalResourceName>${xmlText(resource)}</EvalResourceName><EvalDecision>${decision}</EvalDecision><MatchedStatements/>${organization}<MissingContextValues>${keys}</MissingContextValues></member>`;
}

/** The keys that the policies' conditions look at, whatever the request, and that were not given. */
function missingContext(
  documents: readonly PolicyDocument[],
  given: Readonly<Record<string, unknown>>,
): string[] {
  const known = new Set(Object.keys(given).map((key) => key.toLowerCase()));
  const keys = documents
    .flatMap(({ Statement }) => [Statement].flat())
    .flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((values) => Object.keys(values)));
  return [...new Set(keys)].filter((key) => !known.has(key.toLowerCase()));
}

function members(form: URLSearchParams, list: string): string[] {
  const values: string[] = [];
  for (let number = 1; form.has(`${list}.member.${number}`); number += 1) {
    values.push(form.get(`${list}.member.${number}`) ?? '');
  }
  return values;
}

function contextEntries(form: URLSearchParams): Record<string, string | string[]> {
  const entries: Record<string, string | string[]> = {};
  for (let number = 1; form.has(`ContextEntries.member.${number}.ContextKeyName`); number += 1) {
    const entry = `ContextEntries.member.${number}`;
    const values = members(form, `${entry}.ContextKeyValues`);
    const list = form.get(`${entry}.ContextKeyType`)?.endsWith('List') === true;
    entries[form.get(`${entry}.ContextKeyName`) ?? ''] = list ? values : (values[0] ?? '');
  }
  return entries;
}
