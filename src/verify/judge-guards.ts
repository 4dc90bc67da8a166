import type { BucketGuard } from '../access/bucket-guard.ts';
import type { Observed } from '../access/observed.ts';
import { rootArn } from '../config/arn.ts';
import { admits, denialsOf, exempting } from '../iam/denials.ts';
import type { PolicyRequest } from '../iam/evaluate-policy.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { statementFor } from '../problem/denial.ts';
import { about, type Check } from './check.ts';
import { expectedRoleArn, type Expectations } from './expectations.ts';
import { decryptStatement } from './explain-kms.ts';
import { callContext, simulationQuestions } from './simulation.ts';

/** What was found of the account before. */
export type Known = Pick<Observed, 'buckets' | 'role'>;

/** What bucket and key policies say of Kolena's session; `read` names locations really read, which outweighs them. */
export function judgeGuards(expectations: Expectations, known: Known, read?: ReadonlySet<string>): Check[] {
  // IAM's simulator cannot be asked: it takes a resource's policy for users only, and not for roles.
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
  const buckets = [...new Set(expectations.locations.map(({ bucket }) => bucket))];
  return buckets.flatMap((bucket) => {
    const { guard, defaultKmsKeyArn: key = '' } = known.buckets[bucket] ?? {};
    if (guard === undefined) return [];
    const locations = expectations.locations.filter((location) => location.bucket === bucket);
    const wasRead = locations.every(({ name }) => read?.has(name) === true);
    const one = { bucket, expectations: { ...expectations, locations }, known, wasRead };
    return [
      ...(guard.policy === undefined ? [] : [bucketPolicy(one, guard.policy)]),
      ...(guard.keyPolicy === undefined ? [] : [keyPolicy(one, key, guard.keyPolicy)]),
      ...ownership(bucket, guard),
    ];
  });
}

interface OneBucket {
  readonly bucket: string;
  /** Of its locations alone. */
  readonly expectations: Expectations;
  readonly known: Known;
  readonly wasRead: boolean;
}

function bucketPolicy(one: OneBucket, policy: PolicyDocument): Check {
  const { bucket, expectations } = one;
  const requests = simulationQuestions(expectations)
    .filter(({ check }) => check === 'grants')
    .map(({ action, resource, context = {} }) => asRole(one, { action, resource, context }));
  const denial = denied(one, 'bucket-policy', denialsOf(policy, requests));
  return denial ?? about('bucket-policy', { bucket }).pass('No Deny statement in it applies to the role.');
}

function keyPolicy(one: OneBucket, key: string, policy: PolicyDocument): Check {
  const { bucket, expectations, wasRead } = one;
  const verdict = about('key-policy', { bucket });
  const context = { ...callContext(expectations, bucket), 'kms:CallerAccount': expectations.accountId ?? '' };
  const request = asRole(one, { action: 'kms:Decrypt', resource: key, context });
  const denial = denied(one, 'key-policy', denialsOf(policy, [request]));
  if (denial !== undefined) return denial;
  const admitted = admits(policy, request);
  if (admitted === 'always') return verdict.pass(`${key} allows the role or its account.`);
  const evidence =
    admitted === 'never'
      ? `The key policy of ${key} allows neither the role nor its account.`
      : `The key policy of ${key} allows requests by where they come from (IP address or VPC), and this run does not know where Kolena's come from.`;
  const remedy = statementFor(
    decryptStatement(expectedRoleArn(expectations)),
    'the key policy once the role exists, since KMS accepts only roles that exist',
  );
  return verdict[admitted === 'never' && !wasRead ? 'fail' : 'warning'](evidence, remedy);
}

function ownership(bucket: string, { ownership: set }: BucketGuard): Check[] {
  if (set === undefined || set === 'BucketOwnerEnforced') return [];
  const without = set === 'ObjectWriter' ? '' : ' without the ACL `bucket-owner-full-control`';
  const evidence = `Object ownership is ${set}: an object that another account uploads${without} belongs to that account, and no policy of your account can let Kolena read it.`;
  return [about('object-ownership', { bucket }).warning(evidence)];
}

function denied(
  { bucket, expectations, wasRead }: OneBucket,
  kind: 'bucket-policy' | 'key-policy',
  { certain, byPlace }: ReturnType<typeof denialsOf>,
): Check | undefined {
  const statements = certain.length > 0 ? certain : byPlace;
  if (statements.length === 0) return undefined;
  const verdict = about(kind, { bucket });
  const [what, s] = [kind.replace('-', ' '), statements.length === 1 ? 's' : ''];
  const names = `statement${s === '' ? 's' : ''} ${statements.map(({ Sid }) => Sid).join(', ')}`;
  const parts = statements.map((statement) => {
    const { Sid, Principal, Condition } = exempting(statement, expectedRoleArn(expectations));
    const changed = statement.NotPrincipal === undefined ? { Condition } : { Principal, Condition };
    return JSON.stringify(s === '' ? { Sid, ...changed } : changed, null, 2);
  });
  const remedy = `Exempt the role in the ${what}, since no Allow overrides a Deny. Write the ${names} with:\n${parts.join(',\n')}`;
  const by = `The ${names} of the ${what}`;
  if (certain.length === 0)
    return verdict.warning(
      `${by} depend${s} on where a request comes from (IP address or VPC). Kolena's servers, the browser and this runner are in different places, so a result of this run says nothing about Kolena.`,
      remedy,
    );
  const evidence = `${by} den${s === '' ? 'y' : 'ies'} the role the access that it needs.`;
  return wasRead
    ? verdict.warning(`${evidence} But the role did list and read the bucket.`, remedy)
    : verdict.fail(evidence, remedy);
}

/** The checks, in which a refusal that a bucket policy or key policy explains has its remedy: one cause, one fix. */
export function withOneFix(checks: readonly Check[], guards: readonly Check[]): Check[] {
  const fixes = new Map(guards.map(({ id, status, remedy }) => [id, status === 'fail' ? remedy : undefined]));
  return checks.map((check) => {
    const kind = /kms:|key policy/.test(check.evidence) ? 'key' : 'bucket';
    const isOfResource = /(?:resource-based|key) policy/.test(check.evidence);
    const remedy = fixes.get(check.id.replace(/^\w+:([^/]+)[^]*/, `${kind}-policy:$1`));
    return check.status === 'fail' && isOfResource && remedy !== undefined ? { ...check, remedy } : check;
  });
}

/** A request as a session of the role makes it, from a place that is not known. */
export function asRole(
  { expectations, known }: Pick<OneBucket, 'expectations' | 'known'>,
  request: PolicyRequest,
): PolicyRequest & Required<Pick<PolicyRequest, 'principals'>> {
  const { partition, accountId = '', tags } = expectations;
  const { roleId = 'AROA-new', tags: live = {} } = known.role ?? {};
  const tagged = Object.entries({ ...live, ...tags }).map(
    ([key, value]) => [`aws:PrincipalTag/${key}`, value] as const,
  );
  return {
    ...request,
    principals: [
      expectedRoleArn(expectations),
      roleId,
      ...[partition, 'aws'].map((one) => rootArn({ partition: one, accountId })),
    ],
    context: {
      ...request.context,
      'aws:userid': `${roleId}:kolena`,
      'aws:MultiFactorAuthPresent': 'false',
      ...Object.fromEntries(tagged),
    },
    mayHold: (key) => !neverHeld.test(key),
  };
}

/** Keys that are never in the context of a role session's call to a bucket, unless as a tag of the role. */
const neverHeld =
  /^(?:aws:(?:source(?:arn|account|orgid|orgpaths|identity)|principalservicename(?:slist)?|calledvia(?:first|last)?|username|federatedprovider|multifactorauthage|principaltag\/.*)|s3:(?:dataaccesspoint|accesspoint|x-amz-(?!content-sha256)).*)$/;
