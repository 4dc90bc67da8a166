import { type NormalizedStatement, normalizeStatements } from './compare-policy.ts';
import { externalIdsOf } from './trust-policy.ts';
import type { PolicyDocument } from './policy-document.ts';

/** How a live trust policy differs from the one it should be: a sentence per statement that is off. */
export function trustDifferences(expected: PolicyDocument, live: PolicyDocument): string[] {
  const [wanted, seen] = [normalizeStatements(expected), normalizeStatements(live)];
  const missing = wanted.filter((one) => !seen.some((other) => equal(one, other)));
  const extra = seen.filter((one) => !wanted.some((other) => equal(one, other)));
  const sentences = missing.map((one) => {
    const changed = extra.find((other) => other.sid === one.sid);
    return changed === undefined ? `The statement ${nameOf(one)} is gone.` : changeOf(one, changed);
  });
  const unknown = extra.filter((one) => !missing.some((other) => other.sid === one.sid));
  const all = [
    ...sentences,
    ...unknown.map((one) => `The statement ${nameOf(one)} is new: it trusts ${one.principals.join(', ')}.`),
  ];
  return all.length > 0 ? all : [`The policy's Version is ${live.Version} instead of ${expected.Version}.`];
}

function changeOf(wanted: NormalizedStatement, seen: NormalizedStatement): string {
  const name = nameOf(wanted);
  if (!equal(wanted.principals, seen.principals))
    return `The statement ${name} trusts the principal ${seen.principals.join(', ')} instead of ${wanted.principals.join(', ')}.`;
  const [ours, theirs] = [externalIdsOf([wanted]), externalIdsOf([seen])];
  if (ours.length > 0 && theirs.length === 0)
    return `The statement ${name} demands no external ID (sts:ExternalId).`;
  if (!equal(ours, theirs))
    return `The statement ${name} demands ${theirs.length === 0 ? 'no external ID' : `the external ID ${theirs.join(' or ')}`} instead of ${ours.join(' or ') || 'none'}.`;
  return `The statement ${name} is ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}.`;
}

function nameOf({ sid, principals }: NormalizedStatement): string {
  return sid ?? `of ${principals.join(', ')}`;
}

function equal<T extends NormalizedStatement | readonly string[]>(one: T, other: T): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
