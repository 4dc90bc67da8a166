import type { PolicyDocument } from '../iam/policy-document.ts';
import { literal } from './literal.ts';

/** The order of AWS's own documentation; keys that it does not name follow in alphabetical order. */
const ORDER = [
  'Version',
  'Id',
  'Statement',
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}

/** The document as compact JSON for a Terraform attribute: the same bytes however the keys of `document` are ordered. */
export function policyJson(document: PolicyDocument): string {
  return literal(JSON.stringify(ordered(document)));
}
