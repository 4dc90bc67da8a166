import { groupBy } from '../base/group-by.ts';
import { like } from './evaluate-policy.ts';
import { comparableConditions } from './compare-policy.ts';
import { conditionText, permissionsOf, type Permission } from './permissions.ts';
import type { PolicyDocument } from './policy-document.ts';

/** One action, or a pattern of actions, on one resource, under all of its conditions. */
export type Right = Pick<Permission, 'resource' | 'conditions'> & { readonly action: string };

/** What a document allows that these documents do not allow, right by right. What only the meaning of patterns would show to be within is beyond. */
export function rightsBeyond(document: PolicyDocument, granted: readonly PolicyDocument[]): Right[] {
  const within = granted.flatMap(allowedBy);
  return allowedBy(document).filter((right) => !within.some((wider) => includes(wider, right)));
}

/** What a document allows that changes something: every right whose name does not begin as reading does. */
export function writingRights(document: PolicyDocument): Right[] {
  return allowedBy(document).filter(({ action }) => !READS.test(action));
}

/** Rights for a reader, the first few. @example rightsText(rights) // 's3:PutObject, s3:DeleteObject on arn:aws:s3:::pictures/*' */
export function rightsText(rights: readonly Right[]): string {
  const phrases = [...groupBy(rights, whereText)].map(
    ([where, own]) => `${[...new Set(own.map(({ action }) => action))].join(', ')} ${where}`,
  );
  const more = phrases.length - MOST_SHOWN;
  return phrases.slice(0, MOST_SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

const MOST_SHOWN = 4;

function whereText({ resource, conditions }: Right): string {
  const terms = conditions.map(conditionText).join(' and ');
  return `on ${resource}${terms === '' ? '' : ` if ${terms}`}`;
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
/** Almost all that is named so only reads; the rest is harmless: `kms:Decrypt` gives plain text to whoever may read. */
const READS =
  /^[\w-]+:(?:(?:BatchGet|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|View)|Decrypt$)/i;

function allowedBy(document: PolicyDocument): Right[] {
  return permissionsOf(document)
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resource, conditions, rest }) =>
      // An element that is not known here may mean anything.
      actions.map((action) => ({ action: rest === '' ? action : `${action} ${rest}`, resource, conditions })),
    );
}

function includes(wider: Right, right: Right): boolean {
  const given = right.conditions.map(textOf);
  return (
    covers(wider.action.toLowerCase(), right.action.toLowerCase()) &&
    covers(wider.resource, right.resource) &&
    // Every further condition only narrows.
    wider.conditions.every((condition) => given.includes(textOf(condition)))
  );
}

function textOf(condition: Permission['conditions'][number]): string {
  return JSON.stringify(comparableConditions([condition]));
}

/** Whether a pattern matches all that another matches: a `*` of the other is met by a `*` alone. */
function covers(pattern: string, other: string): boolean {
  if (pattern === other) return true;
  // What a policy variable stands for is not known, and `every … but …` is not a pattern.
  if (/[?]|\$\{/.test(pattern) || /\$\{|^every /.test(other)) return false;
  return like(pattern, other);
}
