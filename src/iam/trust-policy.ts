import { deletedPrincipalIn } from '../config/arn.ts';
import {
  principalsOf,
  statementsOf,
  type NormalizedStatement,
  normalizeStatements,
} from './compare-policy.ts';
import type { PolicyDocument, Statement } from './policy-document.ts';
import { withEnd } from './end-condition.ts';
import { type CheckContext, temporarySid, withoutTemporary } from './temporary-statement.ts';

/** The Sid that marks Kolena's statement, as on Kolena's page. */
export const kolenaSid = 'KolenaAssumeRole';

/** The Sid of a permanent verifier's statement. */
export const verifierSid = 'KolenaVerifier';

interface TrustPolicyProps {
  readonly principalArn: string;
  /** @default none: the principal needs no external ID */
  readonly externalId?: string | undefined;
  /** A permanent verifier that is trusted beside Kolena, under the same external ID. @default none */
  readonly verifierArn?: string | undefined;
  /** ISO 8601: from then on Kolena does not get in; a verifier does, to prove that nothing can be read any more. @default no end */
  readonly accessUntil?: string | undefined;
}

/** The role's trust policy: Kolena's page's document, and nobody else unless a verifier is named. */
export function trustPolicy(props: TrustPolicyProps): PolicyDocument {
  const { principalArn, externalId, verifierArn, accessUntil } = props;
  const statements = [withEnd(trustStatement(kolenaSid, principalArn, externalId), accessUntil)];
  if (verifierArn !== undefined) statements.push(trustStatement(verifierSid, verifierArn, externalId));
  return { Version: '2012-10-17', Statement: statements };
}

function trustStatement(sid: string, principalArn: string, externalId: string | undefined): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: principalArn },
    Action: 'sts:AssumeRole',
    ...(externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': [externalId] } } }),
  };
}

/** The external IDs that statements of a trust policy demand, as often as they demand them. */
export function externalIdsOf(statements: readonly NormalizedStatement[]): string[] {
  return statements
    .flatMap(({ conditions }) => conditions)
    .flatMap(({ key, values }) => (key.toLowerCase() === 'sts:externalid' ? values : []));
}

/** Those of the principals that a trust policy lets in by the statement that marks Kolena's. */
export function trustedAsKolena(trust: PolicyDocument, principalArns: readonly string[]): string[] {
  const ours = statementsOf(trust).filter(({ Sid, Effect }) => Sid === kolenaSid && Effect === 'Allow');
  return principalArns.filter((arn) => ours.flatMap(principalsOf).includes(`AWS:${arn}`));
}

/** The principals, as `AWS:arn:…`, that a live trust policy lets in beside Kolena and verifiers, whatever Sid lets them in. */
export function otherPrincipals(trust: PolicyDocument, kolenaArn: string, checks: CheckContext): string[] {
  const allowing = statementsOf(withoutTemporary(trust, checks)).filter(({ Effect }) => Effect === 'Allow');
  return namedBeside(allowing).filter((name) => name !== `AWS:${kolenaArn}` && !isDeleted(name));
}

/** The deleted principals, as `AWS:AROA…`, that a live trust policy names in Kolena's place. */
export function deletedPrincipals(trust: PolicyDocument): string[] {
  return namedBeside(statementsOf(trust).filter(({ Sid }) => Sid !== temporarySid)).filter(isDeleted);
}

/** Whom the statements name beside the permanent verifier. */
function namedBeside(statements: readonly Statement[]): string[] {
  const others = statements.filter(({ Sid }) => Sid !== verifierSid);
  return [...new Set(others.flatMap(principalsOf))];
}

function isDeleted(principal: string): boolean {
  return principal === `AWS:${deletedPrincipalIn(principal) ?? ''}`;
}

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
    return `The statement ${name} demands the external ID ${theirs.join(' or ')} instead of ${ours.join(' or ') || 'none'}.`;
  return `The statement ${name} is ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}.`;
}

function nameOf({ sid, principals }: NormalizedStatement): string {
  return sid ?? `of ${principals.join(', ')}`;
}

function equal<T extends NormalizedStatement | readonly string[]>(one: T, other: T): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
