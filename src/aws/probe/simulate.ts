import {
  type ContextKeyTypeEnum,
  type EvaluationResult,
  type IAMClient,
  paginateSimulateCustomPolicy,
  paginateSimulatePrincipalPolicy,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { defined } from '../../base/defined.ts';
import { groupBy } from '../../base/group-by.ts';
import type { DesiredAccess } from '../../access/desired-access.ts';
import type { Observations, SimulationAnswer, SimulationQuestion } from '../../verify/observations.ts';
import { isAsExpected, mayStillChange, simulationQuestions } from '../../verify/simulation.ts';
import type { Probe } from './probe-context.ts';
import { askWithRetries } from './retry.ts';
import { attempt } from '../../problem/aws-error.ts';

/** Resources of one call: each adds up to 60 characters to every answer's page. */
const resourcesPerCall = 50;

type Batch = Pick<SimulatePrincipalPolicyCommandInput, 'ActionNames' | 'ResourceArns' | 'ContextEntries'>;

const spreading = "IAM's simulator to know the role's permissions";

/** Asks what the role may do, again while the simulator answers by what stood before the last change. */
export async function probeSimulation(probe: Probe): Promise<Observations['simulation']> {
  const { clients, live, expectations, readBack } = probe;
  const { role } = live;
  if (role === undefined) return { outcome: 'skipped', message: 'There is no role.' };
  const questions = simulationQuestions(expectations);
  return askWithRetries(probe, {
    ask: () => simulate(clients.iam, { roleArn: role.arn }, questions),
    // The role was read back, so the simulator has yet to hear of it.
    retryRefusal: ({ code }) => (code === 'NoSuchEntity' ? spreading : undefined),
    retryAnswer: async (answers) => {
      const wrong = answers.filter((answer) => !isAsExpected(answer));
      if (wrong.length === 0) return undefined;
      const now = await readBack();
      return wrong.every((answer) => mayStillChange(answer, now)) ? spreading : undefined;
    },
  });
}

/** Of what the simulator tells: a role as it is, with its boundary and the organization's policies, or documents to come. */
type Subject = { readonly roleArn: string } | Pick<DesiredAccess, 'policies'>;

/** Asks IAM's simulator what a role, or planned documents alone, allow and deny. */
export async function simulate(
  iam: IAMClient,
  subject: Subject,
  questions: readonly SimulationQuestion[],
): Promise<Observations['simulation']> {
  return attempt(async () => {
    const answered = batchesOf(questions).map(async ({ batch, asked }) => {
      const results: EvaluationResult[] = [];
      for await (const page of ask(iam, subject, batch)) results.push(...(page.EvaluationResults ?? []));
      return asked.flatMap((question) => answerTo(question, results) ?? []);
    });
    return (await Promise.all(answered)).flat();
  });
}

function ask(client: IAMClient, subject: Subject, batch: Batch) {
  if ('roleArn' in subject)
    return paginateSimulatePrincipalPolicy({ client }, { ...batch, PolicySourceArn: subject.roleArn });
  const PolicyInputList = subject.policies.map(({ document }) => JSON.stringify(document));
  return paginateSimulateCustomPolicy({ client }, { ...batch, PolicyInputList });
}

function batchesOf(questions: readonly SimulationQuestion[]) {
  const alike = groupBy(questions, ({ action, context }) => JSON.stringify([action, context]));
  return [...alike.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / resourcesPerCall) }, (_, at) => {
      const asked = group.slice(at * resourcesPerCall, (at + 1) * resourcesPerCall);
      const batch: Batch = {
        ActionNames: [group[0]?.action ?? ''],
        ResourceArns: [...new Set(asked.map(({ resource }) => resource))],
        ContextEntries: Object.entries(group[0]?.context ?? {}).map(([ContextKeyName, value]) => ({
          ContextKeyName,
          ContextKeyType: typeOf(ContextKeyName),
          ContextKeyValues: [value],
        })),
      };
      return { batch, asked };
    }),
  );
}

function typeOf(contextKey: string): ContextKeyTypeEnum {
  if (contextKey === 's3:TlsVersion') return 'numeric';
  if (contextKey === 'aws:CurrentTime') return 'date';
  return /Transport$|Service$/.test(contextKey) && contextKey.startsWith('aws:') ? 'boolean' : 'string';
}

/** IAM answers per action, with the resources' own decisions inside or as results of their own; what it leaves out is `undefined`. */
function answerTo(
  question: SimulationQuestion,
  results: readonly EvaluationResult[],
): SimulationAnswer | undefined {
  const inner = results
    .flatMap(({ ResourceSpecificResults = [] }) => ResourceSpecificResults)
    .find(({ EvalResourceName }) => EvalResourceName === question.resource);
  const outer = results.find(({ EvalResourceName }) => EvalResourceName === question.resource);
  const decision = inner?.EvalResourceDecision ?? outer?.EvalDecision;
  if (decision === undefined) return undefined;
  const organization = outer?.OrganizationsDecisionDetail?.AllowedByOrganizations;
  const boundary = (inner ?? outer)?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary;
  const missing = [inner, outer].flatMap((result) => result?.MissingContextValues ?? []);
  const statements = (inner ?? outer)?.MatchedStatements ?? [];
  const ownGuard = boundary === false ? ('permissions-boundary' as const) : undefined;
  return defined({
    question,
    decision,
    decidedBy: [...new Set(statements.flatMap(({ SourcePolicyId }) => SourcePolicyId ?? []))],
    missingContext: missing.length > 0 ? [...new Set(missing)] : undefined,
    inOrganization: organization === undefined ? undefined : true,
    guard: organization === false ? ('organization' as const) : ownGuard,
  });
}
