import { momentOf } from '../base/time.ts';
import { listOf, principalsOf, statementsOf, type Statements } from './compare-policy.ts';
import type { Statement } from './policy-document.ts';

/** One request, as a policy is asked about it. */
export interface PolicyRequest {
  readonly action: string;
  /** Absent for a trust policy, whose resource is the role itself. */
  readonly resource?: string;
  /** Whom the caller counts as: its own ARN, its account's root; absent for a permissions policy. */
  readonly principals?: readonly string[];
  /** Context keys, in any case. */
  readonly context?: Readonly<Record<string, string>>;
  /** Which keys beside them the request may hold, in lower case; conditions on those decide as an unknown operator does. @default none */
  readonly mayHold?: (key: string) => boolean;
}

/** IAM's decision on a request and the statement behind it, if any: good for naming causes, not for granting. */
export function evaluatePolicies(documents: readonly Statements[], request: PolicyRequest) {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
  const matching = documents.flatMap(statementsOf).filter((statement) => matches(statement, request));
  const deny = matching.find(({ Effect }) => Effect === 'Deny');
  if (deny !== undefined) return { decision: 'explicitDeny', statement: deny } as const;
  const statement = matching.find(({ Effect }) => Effect === 'Allow');
  return { decision: statement === undefined ? 'implicitDeny' : 'allowed', statement } as const;
}

/** Whether the documents allow a request, as {@link evaluatePolicies} decides it. */
export function isAllowed(documents: readonly Statements[], request: PolicyRequest): boolean {
  return evaluatePolicies(documents, request).decision === 'allowed';
}

/** How what is allowed changes. */
export interface DecisionChange {
  /** Whether something is allowed afterwards that was not before. */
  readonly grows: boolean;
  readonly shrinks: boolean;
}

/** Compares what is allowed before and after, request by request. */
export function compareDecisions(was: readonly boolean[], is: readonly boolean[]): DecisionChange {
  return {
    grows: is.some((allowed, at) => allowed && was[at] !== true),
    shrinks: was.some((allowed, at) => allowed && is[at] !== true),
  };
}

/** Whether a statement names one of the principals; a statement without principals names nobody. */
export function namesPrincipal(statement: Statement, principals: readonly string[]): boolean {
  if (statement.NotPrincipal !== undefined) {
    // Only its own ARN leaves a role's session out: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    const sessions = principals.map((arn) => `:assumed-role/${arn.split('/').at(-1) ?? ''}/`);
    const left = principalsOf({ Principal: statement.NotPrincipal });
    return !left.some((name) => sessions.some((session) => name.includes(session)));
  }
  const named = principalsOf(statement);
  return named.includes('AWS:*') || principals.some((principal) => named.includes(`AWS:${principal}`));
}

function matches(statement: Statement, request: PolicyRequest): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  if (request.principals !== undefined && !namesPrincipal(statement, request.principals)) return false;
  const action = (pattern: string) => like(pattern.toLowerCase(), request.action.toLowerCase());
  if (Action !== undefined ? !listOf(Action).some(action) : listOf(NotAction).some(action)) return false;
  if (request.resource !== undefined) {
    const resource = (pattern: string) => like(pattern, request.resource ?? '');
    if (Resource !== undefined ? !listOf(Resource).some(resource) : listOf(NotResource).some(resource))
      return false;
  }
  return conditionHolds(statement, request);
}

function conditionHolds({ Condition = {}, Effect }: Statement, { context = {}, mayHold }: PolicyRequest) {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, given]) => {
      const value = values.get(key.toLowerCase());
      const wanted = listOf(given).map(String);
      // What a variable stands for is not looked up.
      const isOpen =
        mayHold && (value === undefined ? mayHold(key.toLowerCase()) : wanted.join().includes('${'));
      // An operator that is not known counts as fulfilled in an Allow and as unfulfilled in a Deny.
      return (isOpen ? undefined : holds(operator, wanted, value)) ?? Effect === 'Allow';
    }),
  );
}

/** Whether a condition holds; undefined where its operator is not known. */
function holds(spelling: string, wanted: readonly string[], value?: string): boolean | undefined {
  const [, quantifier, name = '', ifExists] =
    /^(for(?:any|all)values?:)?(.+?)(ifexists)?$/.exec(spelling.toLowerCase()) ?? [];
  if (name === 'null') return wanted.includes(String(value === undefined));
  const negated = /^(string|arn|numeric|date)not/.test(name);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  // No value is every value: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  if (value === undefined && quantifier !== undefined) return quantifier === 'forallvalues:';
  if (value === undefined) return negated || ifExists !== undefined;
  const compare = comparisons[name.replace('not', '')];
  if (compare === undefined) return undefined;
  const any = wanted.some((one) => compare(one, value));
  return negated ? !any : any;
}

const comparisons: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  stringequals: (wanted, value) => wanted === value,
  stringequalsignorecase: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  stringlike: like,
  arnequals: like,
  arnlike: like,
  bool: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  datelessthan: (wanted, value) => momentOf(value) < momentOf(wanted),
  datelessthanequals: (wanted, value) => momentOf(value) <= momentOf(wanted),
  dategreaterthan: (wanted, value) => momentOf(value) > momentOf(wanted),
  dategreaterthanequals: (wanted, value) => momentOf(value) >= momentOf(wanted),
};

/** Whether an IAM pattern matches a value: `*` stands for any characters and `?` for one, `/` included. */
export function like(pattern: string, value: string): boolean {
  // Most patterns are a name or a prefix, and documents hold hundreds of them.
  const at = pattern.search(/[*?]/);
  if (at < 0) return pattern === value;
  if (at === pattern.length - 1 && pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
  return matchesGlob(pattern, value);
}

/** In time that grows with both lengths alone: a regular expression of many stars would try every way to share the text. */
function matchesGlob(pattern: string, value: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (from < value.length) {
    if (pattern[at] === '*') [star, at, resume] = [at, at + 1, from];
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === value[from]))
      [at, from] = [at + 1, from + 1];
    else if (star >= 0) [at, resume, from] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
