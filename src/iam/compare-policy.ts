import { byCodeUnits } from '../base/sort-keys.ts';
import {
  readPolicyDocument,
  type Condition,
  type OneOrMany,
  type PolicyDocument,
  type Statement,
} from './policy-document.ts';

/** The statements of a document, whatever its version. */
export type Statements = Partial<PolicyDocument> & Pick<PolicyDocument, 'Statement'>;

/** One condition of a statement: one operator, one key, the values that it allows. */
export interface NormalizedCondition {
  readonly operator: string;
  readonly key: string;
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** A statement as sets: every list sorted, each value once; an absent element is an empty list. */
export interface NormalizedStatement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** As `AWS:arn:aws:iam::111122223333:root`, `Service:ec2.amazonaws.com`; everybody is `AWS:*`. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly conditions: readonly NormalizedCondition[];
}

/** A policy's statements as sets, in the document's order, in the spelling of the document. */
export function normalizeStatements(document: Statements): NormalizedStatement[] {
  return statementsOf(document).map((statement) => ({
    ...(statement.Sid !== undefined && { sid: statement.Sid }),
    effect: statement.Effect,
    principals: principalsOf(statement),
    actions: set(statement.Action),
    notActions: set(statement.NotAction),
    resources: set(statement.Resource),
    notResources: set(statement.NotResource),
    conditions: conditionsOf(statement.Condition),
  }));
}

/** The policy document in a text, such as one of Terraform's attributes; undefined when it holds anything else. */
export function documentIn(text: unknown): PolicyDocument | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const document = readPolicyDocument(JSON.parse(text));
    normalizeStatements(document);
    return document;
  } catch {
    // Not JSON, or not a policy's shape.
    return undefined;
  }
}

/** Whether two policies say the same: order, one or many, and the case of actions and condition keys don't count, as in IAM; Sids do. */
export function samePolicy(a: Statements, b: Statements): boolean {
  return canonical(a) === canonical(b);
}

/** Conditions for comparison: IAM does not look at the case of operators and keys. */
export function comparableConditions(conditions: readonly NormalizedCondition[]): readonly unknown[] {
  return conditions.map(({ operator, key, values }) => [operator.toLowerCase(), key.toLowerCase(), values]);
}

/** One value or many, as a list. */
export function listOf(values: OneOrMany | undefined): readonly string[] {
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}

/** The statements of a document; IAM takes a single one without a list around it, too. */
export function statementsOf({ Statement }: Statements): readonly Statement[] {
  return [Statement].flat();
}

/** Who a statement names, as `AWS:<arn>`, `Service:<name>`, … sorted; an account ID is spelled as its root ARN. */
export function principalsOf({ Principal }: Pick<Statement, 'Principal'>): string[] {
  if (Principal === undefined) return [];
  const byType = Principal === '*' ? { AWS: '*' } : Principal;
  return Object.entries(byType)
    .flatMap(([type, names]) => listOf(names).map((name) => `${type}:${name}`))
    .map((principal) => principal.replace(/^AWS:(\d{12})$/, 'AWS:arn:aws:iam::$1:root'))
    .sort();
}

function conditionsOf(condition: Condition = {}): NormalizedCondition[] {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values: set(values) })),
    )
    .sort((a, b) => byCodeUnits(`${a.operator} ${a.key}`, `${b.operator} ${b.key}`));
}

function canonical(document: Statements): string {
  const statements = normalizeStatements(document).map((statement) =>
    JSON.stringify({
      ...statement,
      actions: lowerCase(statement.actions),
      notActions: lowerCase(statement.notActions),
      conditions: comparableConditions(statement.conditions)
        .map((condition) => JSON.stringify(condition))
        .sort(),
    }),
  );
  return JSON.stringify([document.Version, statements.sort()]);
}

function lowerCase(values: readonly string[]): string[] {
  return set(values.map((value) => value.toLowerCase()));
}

function set(values: OneOrMany | undefined): string[] {
  // Condition values may be booleans or numbers in a document that was written by hand.
  return [...new Set(listOf(values).map(String))].sort();
}
