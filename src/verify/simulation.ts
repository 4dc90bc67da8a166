import type { Expectations, ExpectedLocation } from './expectations.ts';
import type { SimulationQuestion } from './observations.ts';

/** A key in no configured prefix, since prefixes end with `/`; nothing is ever read or written under it. */
const probeKey = 'kolena-s3-access-verify';

/** A bucket that nobody was granted. */
const otherBucket = 'kolena-s3-access-not-granted';

/** What is asked of IAM's simulator: reading what is configured is allowed, all else is denied. */
export function simulationQuestions({ partition, locations }: Expectations): SimulationQuestion[] {
  const arn = (bucket: string, key?: string) =>
    `arn:${partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
  const denied = (checkId: string, action: string, resource: string): SimulationQuestion => ({
    checkId,
    action,
    resource,
    expected: 'denied',
  });
  const ofLocation = ({ bucket, prefix, name }: ExpectedLocation): SimulationQuestion[] => {
    const object = arn(bucket, `${prefix ?? ''}${probeKey}`);
    return [
      {
        checkId: `grants:${name}`,
        action: 's3:ListBucket',
        resource: arn(bucket),
        expected: 'allowed',
        ...(prefix !== undefined && { context: { 's3:prefix': prefix } }),
      },
      { checkId: `grants:${name}`, action: 's3:GetObject', resource: object, expected: 'allowed' },
      denied(`denies-write:${name}`, 's3:PutObject', object),
      denied(`denies-delete:${name}`, 's3:DeleteObject', object),
    ];
  };
  const narrowed = [
    ...new Set(locations.flatMap(({ bucket, prefix }) => (prefix === undefined ? [] : [bucket]))),
  ];
  return [
    ...locations.flatMap(ofLocation),
    ...narrowed.flatMap((bucket): SimulationQuestion[] => [
      {
        ...denied(`denies-outside-prefix:${bucket}`, 's3:ListBucket', arn(bucket)),
        context: { 's3:prefix': '' },
      },
      denied(`denies-outside-prefix:${bucket}`, 's3:GetObject', arn(bucket, probeKey)),
    ]),
    denied('denies-other-buckets', 's3:ListBucket', arn(otherBucket)),
    denied('denies-other-buckets', 's3:GetObject', arn(otherBucket, probeKey)),
  ];
}
