import type { Documents } from '../access/end-change.ts';
import { groupBy } from '../base/group-by.ts';
import { comparableConditions, type NormalizedCondition } from '../iam/compare-policy.ts';
import { conditionText, permissionsOf, type Permission } from '../iam/permissions.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { temporarySid } from '../iam/temporary-statement.ts';
import { factsBetween, type Fact, type FactProps } from './fact.ts';

interface DocumentsProps extends Documents {
  /** Name of the role that they speak for. */
  readonly role: string;
}

/** Who comes to be trusted, or ceases to be: a principal with all of its conditions is one fact. */
export function trustFacts({ role, before, after }: DocumentsProps): Fact[] {
  const said = (documents: readonly PolicyDocument[], isStanding: boolean) =>
    documents.flatMap(permissionsOf).map((permission) => ({
      ...trustOf(permission, role),
      // A check's own statement ends by itself, and takes nothing from anybody when it goes.
      needsApproval: isStanding || permission.sid !== temporarySid,
    }));
  return betweenWhole(said(before, false), said(after, true));
}

/** What the role comes to be allowed, or ceases to be: a bucket or prefix with its actions and conditions is one fact. */
export function grantFacts({ role, before, after, lost = [] }: GrantsProps): Fact[] {
  const grants = (documents: readonly PolicyDocument[]) => {
    const located = documents.flatMap(permissionsOf).map(locate);
    return [...groupBy(located, ({ group }) => group).values()].map((members) => grantOf(members, role));
  };
  const gone = grants(before).map((said) => ({
    ...said,
    needsApproval: said.effect !== 'Allow' || !lost.includes(said.subject.split('/')[0] ?? ''),
  }));
  return betweenWhole(gone, grants(after));
}

interface GrantsProps extends DocumentsProps {
  /** Buckets that Kolena could not read any more: their grant takes nothing from anybody when it goes. @default none */
  readonly lost?: readonly string[];
}

type Said = FactProps & { readonly effect: Permission['effect'] };

/** What denies and goes gives access, as much as is allowed afterwards: that belongs to the fact. */
function betweenWhole(before: readonly Said[], after: readonly Said[]): Fact[] {
  const allowing = after.filter(({ effect }) => effect === 'Allow');
  const allowed = allowing.map(({ content }) => JSON.stringify(content)).sort();
  const stands = new Set(after.map(({ content }) => JSON.stringify(content)));
  const whole = before.map((said): FactProps =>
    said.effect === 'Allow' || stands.has(JSON.stringify(said.content))
      ? said
      : { ...said, content: [...said.content, allowed] },
  );
  return factsBetween(whole, after);
}

function trustOf({ effect, principal, actions, conditions, rest }: Permission, role: string): Said {
  const subject = principal.replace(/^AWS:(?!\*$)/, '');
  const terms = [...actions, ...conditions.map(conditionText), ...(rest === '' ? [] : [rest])];
  const may = effect === 'Allow' ? 'may' : 'is denied';
  return {
    effect,
    kind: 'trust',
    subject,
    terms,
    text: `${subject} ${may} ${actions.join(', ')} on role ${role}${whenText(conditions)}`,
    content: [role, effect, principal, lowerCase(actions), comparableConditions(conditions), rest],
  };
}

interface Located extends Permission {
  readonly place: string;
  /** What other permissions have to share to be one grant with this one. */
  readonly group: string;
}

const BUCKET = /^arn:[a-z-]+:s3:::([^/]+)$/;
const OBJECTS = /^arn:[a-z-]+:s3:::([^/]+)\/(.*)\*$/s;

/** Listing by a prefix and reading below it belong together; the fact still holds every condition. */
function locate(permission: Permission): Located {
  const { effect, resource, principal, conditions, rest } = permission;
  const bucket = BUCKET.exec(resource)?.[1];
  const listed = bucket === undefined ? undefined : conditions.find(isPrefix);
  const place =
    bucket === undefined ? placeOfObjects(resource) : placeOf(bucket, listed?.values[0]?.slice(0, -1));
  const others = comparableConditions(conditions.filter((condition) => condition !== listed));
  return { ...permission, place, group: JSON.stringify([effect, place, principal, others, rest]) };
}

function isPrefix({ operator, key, values }: NormalizedCondition): boolean {
  return (
    operator === 'StringLike' &&
    key === 's3:prefix' &&
    values.length === 1 &&
    values[0]?.endsWith('*') === true
  );
}

function placeOfObjects(resource: string): string {
  const [, bucket, prefix] = OBJECTS.exec(resource) ?? [];
  return bucket === undefined ? resource : placeOf(bucket, prefix);
}

function placeOf(bucket: string, prefix = ''): string {
  return prefix === '' ? bucket : `${bucket}/${prefix}`;
}

function grantOf(members: readonly Located[], role: string): Said {
  const [{ effect, place, rest } = members[0] as Located] = members;
  const actions = [...new Set(members.flatMap((member) => member.actions))].sort();
  const conditions = [...new Set(members.flatMap((member) => member.conditions.map(conditionText)))].sort();
  const content = members.map(({ resource, actions: own, conditions: under, principal }) =>
    lowerCase(own).map((action) =>
      JSON.stringify([action, resource, principal, comparableConditions(under)]),
    ),
  );
  const may = effect === 'Allow' ? 'may' : 'is denied';
  return {
    effect,
    kind: 'grant',
    subject: place,
    terms: [...actions, ...conditions, ...(rest === '' ? [] : [rest])],
    text: `role ${role} ${may} ${actions.join(', ')} on ${place}${conditions.length > 0 ? `, if ${conditions.join('; ')}` : ''}`,
    content: [role, effect, [...new Set(content.flat())].sort(), rest],
  };
}

function whenText(conditions: Permission['conditions']): string {
  return conditions.length === 0
    ? ', without a condition'
    : `, if ${conditions.map(conditionText).join(' and ')}`;
}

function lowerCase(values: readonly string[]): string[] {
  return values.map((value) => value.toLowerCase()).sort();
}
