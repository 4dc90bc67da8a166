import { defined } from '../base/defined.ts';
import { evaluatePolicies } from '../iam/evaluate-policy.ts';
import type { Expectations, ExpectedLocation } from './expectations.ts';
import type { Observations, SimulatedCheck, SimulationAnswer, SimulationQuestion } from './observations.ts';

/** A key in no configured prefix, since prefixes end with `/`; nothing is ever read or written under it. */
const probeKey = 'kolena-s3-access-verify';

/** A bucket that nobody was granted. */
const otherBucket = 'kolena-s3-access-not-granted';

/** What is asked of IAM's simulator: reading what is configured is allowed, all else is denied. */
export function simulationQuestions({ partition, locations }: Expectations): SimulationQuestion[] {
  const arn = (bucket: string, key?: string) =>
    `arn:${partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
  const denied = (check: SimulatedCheck, where: string) => ({ check, where, expected: 'denied' }) as const;
  const ofLocation = ({ bucket, prefix, name }: ExpectedLocation): SimulationQuestion[] => {
    const object = arn(bucket, `${prefix ?? ''}${probeKey}`);
    const granted = { check: 'grants', where: name, expected: 'allowed' } as const;
    return [
      {
        ...granted,
        action: 's3:ListBucket',
        resource: arn(bucket),
        ...defined({ context: prefix === undefined ? undefined : { 's3:prefix': prefix } }),
      },
      { ...granted, action: 's3:GetObject', resource: object },
      { ...denied('denies-write', name), action: 's3:PutObject', resource: object },
      { ...denied('denies-delete', name), action: 's3:DeleteObject', resource: object },
    ];
  };
  const narrowed = [
    ...new Set(locations.flatMap(({ bucket, prefix }) => (prefix === undefined ? [] : [bucket]))),
  ];
  const others = denied('denies-other-buckets', '');
  return [
    ...locations.flatMap(ofLocation),
    ...narrowed.flatMap((bucket): SimulationQuestion[] => {
      const outside = denied('denies-outside-prefix', bucket);
      return [
        {
          ...outside,
          action: 's3:ListBucket',
          resource: arn(bucket),
          context: { 's3:prefix': '' },
        },
        { ...outside, action: 's3:GetObject', resource: arn(bucket, probeKey) },
      ];
    }),
    { ...others, action: 's3:ListBucket', resource: arn(otherBucket) },
    { ...others, action: 's3:GetObject', resource: arn(otherBucket, probeKey) },
  ];
}

/** Whether an answer is as it should be. */
export function isAsExpected({ question, decision }: SimulationAnswer): boolean {
  return (question.expected === 'allowed') === (decision === 'allowed');
}

/**
 * Whether a wrong answer of the simulator contradicts the policies read back, so that it may tell of the policies before
 * the last change.
 */
export function mayStillChange(
  answer: SimulationAnswer,
  { role, policies }: Pick<Observations, 'role' | 'policies'>,
): boolean {
  const { question, decision, guard } = answer;
  if (guard !== undefined || decision === 'explicitDeny') return false;
  const attached = policies.filter((policy) => policy.attached);
  const documents = attached.map(({ document }) => document);
  const grants = evaluatePolicies(documents, question).decision === 'allowed';
  if (question.expected === 'allowed') return grants;
  // Of other policies nothing is known here: they may well allow it.
  const expectedAlone =
    role?.inlinePolicyNames.length === 0 && role.attachedPolicies.length === attached.length;
  return expectedAlone && !grants;
}
