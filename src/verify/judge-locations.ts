import { isKeyAlias } from '../config/arn.ts';
import { about, type Check, failFor, type Verdicts } from './check.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import { explainKms, isAboutKms } from './explain-kms.ts';
import { concernsObjectAlone, explainS3Denial } from './explain-s3.ts';
import { liveAccessOf, type LiveAccess } from './explanation.ts';
import type { Listing, LocationObservation, Observations } from './observations.ts';

/** Whether each location lists and reads, also where its objects are encrypted with a customer key. */
export function judgeLocations(expectations: Expectations, observations: Observations): Check[] {
  const live = liveAccessOf(expectations, observations);
  return expectations.locations.flatMap((location) => {
    const seen = observations.locations[location.name];
    const one = { location, seen, observations, live };
    return [lists(one), reads(one), decrypts(one) ?? []].flat();
  });
}

interface OneLocation {
  readonly location: ExpectedLocation;
  /** Absent when nobody got into the role. */
  readonly seen: LocationObservation | undefined;
  readonly observations: Observations;
  readonly live: LiveAccess;
}

function lists(one: OneLocation): Check {
  const { location, seen, live, observations } = one;
  const verdict = about('lists', { location: location.name });
  if (seen === undefined || seen.list.outcome === 'skipped') return nobodyInside(verdict, observations);
  if (seen.list.outcome === 'ok') return verdict.pass(listed(seen.list.value));
  const { refusal } = seen.list;
  return failFor(verdict, refusal, explainS3Denial({ refusal, location }, live));
}

function listed({ count, truncated }: Listing): string {
  if (count === 0) return 'It is empty.';
  return truncated
    ? `The first ${count} objects were listed.`
    : `${count} object${count === 1 ? '' : 's'} listed.`;
}

function reads(one: OneLocation): Check {
  const { location, seen, live, observations } = one;
  const verdict = about('reads', { location: location.name });
  if (seen === undefined) return nobodyInside(verdict, observations);
  const { read, list } = seen;
  if (read.outcome === 'ok') return verdict.pass(`The first byte of ${read.value.key} was read.`);
  if (read.outcome === 'skipped') {
    const evidence = `Reading is unproven: ${read.message}`;
    return list.outcome === 'ok' ? verdict.warning(evidence) : verdict.unprovable(evidence);
  }
  const { refusal } = read;
  const explanation = explainS3Denial({ refusal, location, key: seen.triedKey ?? '' }, live);
  // The objects found may be archived or gone and others not: the access is not at fault.
  if (concernsObjectAlone(refusal) && location.objectKey === undefined)
    return verdict.warning(`Reading is unproven: ${explanation.message}`, explanation.remedy);
  return failFor(verdict, refusal, explanation);
}

function decrypts(one: OneLocation): Check | undefined {
  const { location, seen, live, observations } = one;
  const key = observations.buckets[location.bucket]?.defaultKmsKeyArn;
  const read = seen?.read;
  const verdict = about('decrypts', { location: location.name });
  if (read?.outcome === 'ok' && read.value.encryption?.startsWith('aws:kms') === true)
    return verdict.pass(
      `${read.value.key} is encrypted with ${read.value.kmsKeyArn ?? 'an AWS managed key'}, and was read.`,
    );
  if (read?.outcome === 'refused' && isAboutKms(read.refusal))
    return failFor(verdict, read.refusal, explainKms({ refusal: read.refusal, location }, live));
  if (key === undefined) return undefined;
  const remedy = 'Set verify-object to an object that is encrypted with it.';
  if (isKeyAlias(key))
    return verdict.unprovable(
      `New objects are encrypted with ${key}, an alias of a key that this run does not know, and none of them was read.`,
      remedy,
    );
  if (!live.expectations.kmsKeyArns.includes(key))
    return verdict.warning(
      `New objects are encrypted with ${key}, which the config does not grant.`,
      `Add it to the config:\nkms-key-arns:\n  - ${key}`,
    );
  return verdict.unprovable(`New objects are encrypted with ${key}, but none of them was read.`, remedy);
}

/** Nobody was in the role to find out. */
export function nobodyInside(verdict: Pick<Verdicts, 'unprovable'>, { assumed, trust }: Observations): Check {
  const why = assumed.outcome === 'skipped' ? assumed.message : 'The role could not be assumed.';
  return verdict.unprovable(why, trust.problem?.remedy);
}
