import { byCodeUnits, sortKeys } from '../base/sort-keys.ts';
import { statementElements, type PolicyDocument } from '../iam/policy-document.ts';
import { literal } from './literal.ts';

/** The order of AWS's own documentation; keys that it does not name follow in alphabetical order. */
const ORDER: readonly string[] = ['Version', 'Id', 'Statement', ...statementElements];

const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

const inOrder = (a: string, b: string): number => rank(a) - rank(b) || byCodeUnits(a, b);

/** The document as compact JSON for a Terraform attribute: the same bytes however the keys of `document` are ordered. */
export function policyJson(document: PolicyDocument): string {
  return literal(JSON.stringify(sortKeys(document, inOrder)));
}
