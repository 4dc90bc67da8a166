import { humanEnd } from '../base/time.ts';
import { evaluatePolicies } from '../iam/evaluate-policy.ts';
import { type Check, fail, pass, unprovable } from './check.ts';
import { about } from './checks.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import { asRole, type Known } from './judge-guards.ts';
import { callContext } from './simulation.ts';
import { admits } from '../iam/denials.ts';
import { objectArn } from '../config/arn.ts';
import { namesOfCaller } from './explain-assume.ts';
import { nobodyInside } from './judge-locations.ts';
import type { Observations } from './observations.ts';

/** Whether an access that has ended is refused, both to Kolena assuming the role and to open sessions. */
export function judgeEnd(expectations: Expectations, observations: Observations, known: Known): Check[] {
  const { ended, locations } = expectations;
  if (ended === undefined) return [];
  return [
    trust(ended, expectations, observations),
    ...locations.map((location) => reads(location, observations, mayRead(location, expectations, known))),
  ];
}

function trust(ended: string, expectations: Expectations, { role }: Observations): Check {
  const subject = about('ended', {});
  if (role === undefined) return pass(subject, 'There is no role.');
  const { externalId, kolenaPrincipalArn } = expectations;
  // A date condition excludes its own moment, and what holds then may hold for ever.
  const { statement } = evaluatePolicies([role.trustPolicy], {
    action: 'sts:AssumeRole',
    principals: namesOfCaller(kolenaPrincipalArn),
    context: { 'aws:CurrentTime': ended, ...(externalId !== undefined && { 'sts:ExternalId': externalId }) },
    // What Kolena bears beside them is not known: nothing but the date counts as a refusal.
    mayHold: () => true,
  });
  if (statement === undefined || statement.Effect === 'Deny')
    return pass(subject, `By the trust policy read back, the access ended ${humanEnd(ended)}.`);
  return fail(subject, `The statement ${JSON.stringify(statement)} still lets Kolena in after the end.`);
}

/** Whether a bucket policy itself lets the role read; what names the account leaves it to the role's own policies. */
function mayRead(location: ExpectedLocation, expectations: Expectations, known: Known): boolean {
  const policy = known.buckets[location.bucket]?.guard?.policy;
  if (policy === undefined) return false;
  const resource = objectArn(location, expectations);
  const context = callContext(expectations, location.bucket);
  const request = asRole({ expectations, known }, { action: 's3:GetObject', resource, context });
  const principals = request.principals?.filter((name) => !name.endsWith(':root')) ?? [];
  return admits(policy, { ...request, principals }) !== 'never';
}

function reads(location: ExpectedLocation, observations: Observations, isOpen: boolean): Check {
  const subject = about('ended-reads', { location: location.name });
  const seen = observations.locations[location.name];
  if (seen === undefined || seen.list.outcome === 'skipped') return nobodyInside(subject, observations);
  const { list, read } = seen;
  if (list.outcome === 'ok') return fail(subject, 'A session of the role listed it after the end.');
  if (read.outcome === 'ok')
    return fail(subject, `A session of the role read ${read.value.key} after the end.`);
  const { code, message } = list.refusal;
  if (isOpen && read.outcome === 'skipped')
    return unprovable(
      subject,
      'S3 refused to list it to a session of the role, but the bucket policy lets the role read, which was not tried.',
      'Take the role out of the bucket policy, or set `verify-object` to an object there.',
    );
  // A clock that is wrong and a proxy refuse by 403, too.
  if (code === 'AccessDenied') return pass(subject, `S3 refused it to a session of the role: ${code}.`);
  return unprovable(subject, `S3 answered ${code}: ${message}`);
}
