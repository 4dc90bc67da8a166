import { listOf, principalsOf, statementsOf } from './compare-policy.ts';
import { evaluatePolicies, type PolicyRequest } from './evaluate-policy.ts';
import type { Condition, PolicyDocument, Statement } from './policy-document.ts';

/** Where a call comes from, which is another place for everybody who calls. */
const place =
  /^aws:(?:SourceIp|VpcSourceIp|SourceVpc|SourceVpce|SourceVpcArn|VpceAccount|VpceOrgId|VpceOrgPaths)$/i;

/** The Deny statements that hit any of the requests, for certain or by the network place alone; one without a Sid gets `number 2`. */
export function denialsOf(policy: PolicyDocument, requests: readonly PolicyRequest[]) {
  const hits = (statement: Statement) =>
    requests.some((request) => decides(statement, request) === 'explicitDeny');
  const denials = statementsOf(policy).map((statement, at) => ({ Sid: `number ${at + 1}`, ...statement }));
  const certain = denials.filter(hits);
  return {
    certain,
    byPlace: denials.filter((one) => !certain.includes(one) && looksAtPlace(one) && hits(withoutPlace(one))),
  };
}

/** Whether a policy of a resource allows a request, for certain or only from some network places. */
export function admits(policy: PolicyDocument, request: PolicyRequest): 'always' | 'by place' | 'never' {
  const admitting = statementsOf(policy).filter((one) => decides(one, request) === 'allowed');
  if (admitting.length === 0) return 'never';
  return admitting.every(looksAtPlace) ? 'by place' : 'always';
}

/** The statement with a role exempt from its Deny, whatever form it has. */
export function exempting(denying: Statement, roleArn: string): Statement {
  const { NotPrincipal, Condition: given = {}, ...statement } = denying;
  const left = NotPrincipal === undefined ? [] : principalsOf({ Principal: NotPrincipal });
  const named = (type: RegExp) => left.flatMap((name) => type.exec(name)?.[1] ?? []);
  const services = named(/^Service:(.*)/);
  const unless = 'StringNotEqualsIfExists';
  const Condition: Condition =
    services.length === 0
      ? given
      : { ...given, [unless]: { ...given[unless], 'aws:PrincipalServiceName': services } };
  const isPrincipalArn = (key: string) => key.toLowerCase() === 'aws:principalarn';
  const exempts = (operator: string) =>
    /^(?:arn|string)not(?:equals|like)(?:ifexists)?$/i.test(operator) &&
    Object.keys(Condition[operator] ?? {}).some(isPrincipalArn);
  const operator = Object.keys(Condition).find(exempts) ?? 'ArnNotEquals';
  const key = Object.keys(Condition[operator] ?? {}).find(isPrincipalArn) ?? 'aws:PrincipalArn';
  // As this key the ARN of a root is its root user alone; a session bears its role's.
  const spared = named(/^AWS:(.*:iam:.*:(?:role\/.*|user\/.*|root))$/);
  const arns = [...new Set([...listOf(Condition[operator]?.[key]), ...spared, roleArn])];
  return {
    ...statement,
    ...(NotPrincipal !== undefined && { Principal: '*' }),
    Condition: {
      ...Condition,
      [operator]: { ...Condition[operator], [key]: arns.length === 1 ? roleArn : arns },
    },
  };
}

function decides(statement: Statement, request: PolicyRequest) {
  return evaluatePolicies([{ Statement: [statement] }], request).decision;
}

function looksAtPlace({ Condition = {} }: Statement): boolean {
  return Object.values(Condition).some((keys) => Object.keys(keys).some((key) => place.test(key)));
}

function withoutPlace(statement: Statement): Statement {
  const kept = Object.entries(statement.Condition ?? {}).map(
    ([operator, keys]) =>
      [operator, Object.fromEntries(Object.entries(keys).filter(([key]) => !place.test(key)))] as const,
  );
  return { ...statement, Condition: Object.fromEntries(kept) satisfies Condition };
}
