import { humanEnd } from '../base/time.ts';
import { listOf, statementsOf } from '../iam/compare-policy.ts';
import { evaluatePolicies, like } from '../iam/evaluate-policy.ts';
import { withOverlaps } from '../iam/examples.ts';
import { about, type Check } from './check.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import { asRole, type Known } from './judge-guards.ts';
import { callContext } from './simulation.ts';
import { admits } from '../iam/denials.ts';
import { objectArn } from '../config/arn.ts';
import { namesOfCaller } from './explain-assume.ts';
import { nobodyInside } from './judge-locations.ts';
import type { Observations } from './observations.ts';

/** Whether an access that has ended is refused, both to Kolena assuming the role and to open sessions. */
export function judgeEnd(expectations: EndedExpectations, observations: Observations, known: Known): Check[] {
  return [
    trust(expectations, observations),
    ...expectations.locations.map((location) =>
      reads(location, observations, mayRead(location, expectations, known)),
    ),
  ];
}

type EndedExpectations = Expectations & { readonly ended: string };

function trust({ ended, kolenaPrincipalArn }: EndedExpectations, { role }: Observations): Check {
  const verdict = about('ended', {});
  if (role === undefined) return verdict.pass('There is no role.');
  const { decision, statement } = evaluatePolicies([role.trustPolicy], {
    action: 'sts:AssumeRole',
    principals: namesOfCaller(kolenaPrincipalArn),
    // A date condition excludes its own moment, and what holds then may hold for ever.
    context: { 'aws:CurrentTime': ended },
    // What Kolena bears beside it, an external ID too, is not known: nothing but the date counts as a refusal.
    mayHold: () => true,
  });
  if (decision !== 'allowed')
    return verdict.pass(`By the trust policy read back, the access ended ${humanEnd(ended)}.`);
  return verdict.fail(`The statement ${JSON.stringify(statement)} still lets Kolena in after the end.`);
}

/** Whether a bucket policy itself lets the role read a part of a location, or was not read; what names the account does not count. */
function mayRead(location: ExpectedLocation, expectations: Expectations, known: Known): boolean {
  const { policy, unread = [] } = known.buckets[location.bucket]?.guard ?? {};
  if (policy === undefined) return unread.includes('s3:GetBucketPolicy');
  const context = callContext(expectations, location.bucket);
  const request = asRole({ expectations, known }, { action: 's3:GetObject', context });
  const principals = request.principals.filter((name) => !name.endsWith(':root'));
  const whole = objectArn(location, expectations);
  const named = statementsOf(policy).flatMap(({ Resource }) => listOf(Resource));
  return withOverlaps([whole, ...named])
    .filter((part) => like(whole, part))
    .some((resource) => admits(policy, { ...request, resource, principals }) !== 'never');
}

function reads(location: ExpectedLocation, observations: Observations, isOpen: boolean): Check {
  const verdict = about('ended-reads', { location: location.name });
  const seen = observations.locations[location.name];
  if (seen === undefined || seen.list.outcome === 'skipped') return nobodyInside(verdict, observations);
  const { list, read } = seen;
  if (list.outcome === 'ok') return verdict.fail('A session of the role listed it after the end.');
  if (read.outcome === 'ok')
    return verdict.fail(`A session of the role read ${read.value.key} after the end.`);
  // One refusal tells neither of other objects nor of other places.
  if (isOpen)
    return verdict.unprovable(
      'S3 refused it to a session of the role, but the bucket policy lets the role read, or could not be read.',
      'Take the role out of the bucket policy, or allow `s3:GetBucketPolicy` to the role that this run uses.',
    );
  const refusals = [list.refusal, ...(read.outcome === 'refused' ? [read.refusal] : [])];
  // A clock that is wrong and a proxy refuse by 403, too.
  const other = refusals.find(({ code }) => code !== 'AccessDenied');
  if (other !== undefined) return verdict.unprovable(`S3 answered ${other.code}: ${other.message}`);
  return verdict.pass('S3 refused it to a session of the role: AccessDenied.');
}
