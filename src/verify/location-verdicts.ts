import type { Check } from './check.ts';
import type { ExpectedLocation, Expectations } from './expectations.ts';
import { isAboutKms } from './explain-kms.ts';
import { concernsObjectAlone, explainS3Denial } from './explain-s3.ts';
import type { Attempt, Listing, LocationObservation, ObjectRead, Observations } from './observations.ts';
import { pass, refusedFor, standingOf, type Subject, unprovable, warning } from './verdict.ts';

/** Whether each location lists and reads, also where its objects are encrypted with a customer key. */
export function locationChecks(expectations: Expectations, observations: Observations): Check[] {
  return expectations.locations.flatMap((location) => {
    const seen = observations.locations[location.name];
    const about = { location, seen, expectations, observations };
    return [lists(about), reads(about), ...decrypts(about)];
  });
}

interface About {
  readonly location: ExpectedLocation;
  /** Absent when nobody got into the role. */
  readonly seen: LocationObservation | undefined;
  readonly expectations: Expectations;
  readonly observations: Observations;
}

function lists(about: About): Check {
  const { location, seen, expectations, observations } = about;
  const subject: Subject = { id: `lists:${location.name}`, title: `Kolena lists s3://${location.name}.` };
  if (seen === undefined || seen.list.outcome === 'skipped') return nobodyInside(subject, observations);
  if (seen.list.outcome === 'ok') return pass(subject, listed(seen.list.value));
  const { refusal } = seen.list;
  return refusedFor(
    subject,
    refusal,
    explainS3Denial({ refusal, location }, standingOf(expectations, observations)),
  );
}

function listed({ count, truncated }: Listing): string {
  if (count === 0) return 'It is empty.';
  return truncated
    ? `The first ${count} objects were listed.`
    : `${count} object${count === 1 ? '' : 's'} listed.`;
}

function reads(about: About): Check {
  const { location, seen, expectations, observations } = about;
  const subject: Subject = {
    id: `reads:${location.name}`,
    title: `Kolena reads objects of s3://${location.name}.`,
  };
  if (seen === undefined) return nobodyInside(subject, observations);
  const { read, list } = seen;
  if (read.outcome === 'ok') return pass(subject, `The first byte of ${read.value.key} was read.`);
  if (read.outcome === 'skipped') {
    const evidence = `Reading is unproven: ${read.why}`;
    return list.outcome === 'ok'
      ? warning(subject, evidence, 'Put an object there, or set verify-object to one that is not archived.')
      : unprovable(subject, evidence);
  }
  const { refusal } = read;
  const explanation = explainS3Denial(
    { refusal, location, key: seen.triedKey ?? '' },
    standingOf(expectations, observations),
  );
  // The objects found may be archived or gone and others not: that is no fault of the access.
  if (concernsObjectAlone(refusal) && location.objectKey === undefined)
    return warning(subject, `Reading is unproven: ${explanation.cause}`, explanation.remedy);
  return refusedFor(subject, refusal, explanation);
}

function decrypts(about: About): Check[] {
  const { location, seen, expectations, observations } = about;
  const key = observations.buckets[location.bucket]?.defaultKmsKeyArn;
  const read: Attempt<ObjectRead> | undefined = seen?.read;
  const subject: Subject = {
    id: `decrypts:${location.name}`,
    title: `Kolena reads KMS-encrypted objects of s3://${location.name}.`,
  };
  if (read?.outcome === 'ok' && read.value.encryption?.startsWith('aws:kms') === true)
    return [
      pass(
        subject,
        `${read.value.key} is encrypted with ${read.value.kmsKeyArn ?? 'an AWS managed key'}, and was read.`,
      ),
    ];
  if (read?.outcome === 'refused' && isAboutKms(read.refusal)) {
    const { refusal } = read;
    return [
      refusedFor(
        subject,
        refusal,
        explainS3Denial(
          { refusal, location, key: seen?.triedKey ?? '' },
          standingOf(expectations, observations),
        ),
      ),
    ];
  }
  if (key === undefined) return [];
  const remedy = 'Set verify-object to an object that is encrypted with it.';
  const granted = expectations.kmsKeyArns.includes(key);
  if (!granted)
    return [
      warning(
        subject,
        `New objects are encrypted with ${key}, which the config does not grant.`,
        `Add it to the config:\nkms-key-arns:\n  - ${key}`,
      ),
    ];
  return [unprovable(subject, `New objects are encrypted with ${key}, but none of them was read.`, remedy)];
}

function nobodyInside(subject: Subject, { assumed, trust }: Observations): Check {
  const why = assumed.outcome === 'skipped' ? assumed.why : 'The role could not be assumed.';
  return unprovable(subject, why, trust.remedy);
}
