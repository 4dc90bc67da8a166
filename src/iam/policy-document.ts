/** A value of an IAM policy element that may be one string or a list of them. */
export type OneOrMany = string | readonly string[];

/** Condition operator → condition key → values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;

/** One statement of an IAM policy, in AWS's own spelling. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Condition;
}

/** An IAM policy document: a permissions policy or a role's trust policy. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** Characters of a document's, or a part's, JSON as the AWS provider sends it. */
export function jsonLength(part: PolicyDocument | Statement): number {
  return textLength(JSON.stringify(part));
}

/** Characters of a piece of JSON: Go writes `<`, `>` and `&` as escapes of six characters. */
export function textLength(json: string): number {
  return json.length + 5 * (json.match(/[<>&]/g)?.length ?? 0);
}
