/** A value of an IAM policy element that may be one string or a list of them. */
export type OneOrMany = string | readonly string[];

/** Condition operator → condition key → values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;

/** One statement of an IAM policy, in AWS's own spelling. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany>>;
  readonly NotPrincipal?: Statement['Principal'];
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Condition;
}

/** The elements of a statement, in the order of AWS's own documentation. */
export const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const satisfies readonly (keyof Statement)[];

/** An IAM policy document: a permissions policy or a role's trust policy. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** A document of JSON that IAM accepts: statements as a list, condition values as text. Throws a TypeError for what is not a policy. */
export function readPolicyDocument(json: unknown): PolicyDocument {
  if (typeof json !== 'object' || json === null || !('Statement' in json))
    throw new TypeError('not a policy document');
  const document = json as PolicyDocument;
  // IAM keeps a single statement without a list around it.
  return { ...document, Statement: [document.Statement].flat().map(readStatement) };
}

function readStatement({ Condition, ...rest }: Statement): Statement {
  if (Condition === undefined) return rest;
  // IAM keeps booleans and numbers as they were written.
  const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : String(value));
  const inEach = (keys: Condition[string]) =>
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, texts(value)]));
  const operators = Object.entries(Condition).map(([operator, keys]) => [operator, inEach(keys)] as const);
  return { ...rest, Condition: Object.fromEntries(operators) };
}

/** Characters of a document's, or a part's, JSON as the AWS provider sends it. */
export function jsonLength(part: PolicyDocument | Statement): number {
  return textLength(JSON.stringify(part));
}

/** Characters of a piece of JSON: Go writes `<`, `>` and `&` as escapes of six characters. */
export function textLength(json: string): number {
  return json.length + 5 * (json.match(/[<>&]/g)?.length ?? 0);
}
