import type { DeleteBucketCorsCommand } from '@aws-sdk/client-s3';
import { GetBucketCorsCommand, PutBucketCorsCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';

import type { CorsRule } from '../../src/cors/rule.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import { putBackCors, readCorsRules, removeKolenaRules, requireUnchangedCors } from '../../src/aws/cors.ts';

const foreign: CorsRule[] = [
  { ID: 'put', AllowedMethods: ['PUT'], AllowedOrigins: ['https://b.example.com', 'https://a.example.com'] },
  { AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'], MaxAgeSeconds: 0 },
];
const ours: CorsRule = {
  ID: 'KolenaS3Access',
  AllowedHeaders: ['*'],
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://app.kolena.io'],
  ExposeHeaders: [],
};
const clock = { now: () => 0, sleep: () => Promise.resolve() };

/** S3 with one region per bucket; as S3 does, it refuses to speak of a bucket in another region. */
function s3InMemory(buckets: Record<string, { region: string; rules: readonly CorsRule[] }>) {
  const writes: string[] = [];
  const client = (region: string) => ({
    send(command: GetBucketCorsCommand | PutBucketCorsCommand | DeleteBucketCorsCommand) {
      const bucket = buckets[command.input.Bucket ?? ''];
      if (bucket?.region !== region) return Promise.reject(new Error('PermanentRedirect'));
      if (command instanceof GetBucketCorsCommand) {
        if (bucket.rules.length > 0) return Promise.resolve({ CORSRules: bucket.rules });
        const metadata = { $metadata: { httpStatusCode: 404 } };
        return Promise.reject(
          Object.assign(new Error('none'), { name: 'NoSuchCORSConfiguration', ...metadata }),
        );
      }
      writes.push(`${command.constructor.name} ${command.input.Bucket ?? ''}`);
      bucket.rules =
        command instanceof PutBucketCorsCommand
          ? ((command.input.CORSConfiguration?.CORSRules ?? []) as CorsRule[])
          : [];
      return Promise.resolve({});
    },
  });
  const s3 = (region = 'us-east-1') => client(region) as unknown as S3Client;
  return { writes, buckets, s3, clients: { s3 } as unknown as AwsClients };
}

test('a bucket without a CORS configuration has no rules', async () => {
  const { s3 } = s3InMemory({ pictures: { region: 'us-east-1', rules: [] } });
  expect(await readCorsRules(s3(), 'pictures')).toEqual([]);
});

test('an answer that is not from S3, such as the page of a proxy, does not count as no rules', async () => {
  const s3 = { send: () => Promise.resolve({ $metadata: { httpStatusCode: 200 } }) } as unknown as S3Client;
  await expect(readCorsRules(s3, 'pictures')).rejects.toThrow('GetBucketCors of pictures');
});

describe('requireUnchangedCors', () => {
  const observed = (corsRules: readonly CorsRule[]) => ({
    policies: [],
    buckets: { pictures: { name: 'pictures', region: 'eu-west-1', corsRules } },
  });
  test('passes when the rules are those observed, in the region of the bucket', async () => {
    const { clients } = s3InMemory({ pictures: { region: 'eu-west-1', rules: foreign } });
    await requireUnchangedCors(clients, observed(foreign));
  });
  test.each([
    ['in another order', [...foreign].reverse(), 'rule 1 has ID none instead of "put"'],
    ['less one', foreign.slice(0, 1), 'rule 2 is gone'],
    ['and one more', [...foreign, ours], 'rule 3 is new'],
    [
      'with an origin moved',
      [{ ...foreign[0], AllowedOrigins: ['https://c.example.com'] }, foreign[1]],
      'AllowedOrigins',
    ],
  ])('stops with plan-changed: the rules %s', async (_, rules, difference) => {
    const { clients } = s3InMemory({ pictures: { region: 'eu-west-1', rules: rules as CorsRule[] } });
    const message = expect.stringContaining(difference) as string;
    await expect(requireUnchangedCors(clients, observed(foreign))).rejects.toMatchObject({
      reason: 'plan-changed',
      message,
    });
    await expect(requireUnchangedCors(clients, observed(foreign))).rejects.toThrow('pictures');
  });
});

describe('putBackCors', () => {
  const rules = [...foreign, ours];
  const desired = {
    bucket: 'pictures',
    region: 'eu-west-1',
    rules: { others: foreign, kolena: ours },
    replacesOthers: false,
    exists: true,
    throughS3: true,
  };
  test('writes nothing where the rules are as they should be', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules } });
    expect(await putBackCors(clients, [desired], clock)).toEqual([
      { bucket: 'pictures', rules, isWritten: false },
    ]);
    expect(writes).toEqual([]);
  });
  test('writes its rule last where it stood elsewhere', async () => {
    const { clients, buckets } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, ...foreign] } });
    expect(await putBackCors(clients, [desired], clock)).toEqual([
      { bucket: 'pictures', rules, isWritten: true },
    ]);
    expect(buckets['pictures']?.rules).toEqual(rules);
  });
});

describe('what somebody changes between the plan and the write', () => {
  const theirs: CorsRule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://new.example.com'] };
  const changes: [string, CorsRule[]][] = [
    ['a new rule', [theirs, ...foreign]],
    ['another order with a new rule', [...foreign.toReversed(), theirs]],
    ['another order', foreign.toReversed()],
    [
      'an age of 0 where there was none',
      [{ ...foreign[0], MaxAgeSeconds: 0 } as CorsRule, ...foreign.slice(1)],
    ],
    ['a rule less', foreign.slice(1)],
    ['a rule with another ID', [{ ...foreign[0], ID: 'renamed' } as CorsRule, ...foreign.slice(1)]],
  ];
  const planned = { bucket: 'pictures', region: 'eu-west-1', replacesOthers: false, exists: true };
  const alone = { others: [], kolena: ours };

  test.each(changes)('is not overwritten when our rule is put back: %s', async (_, now) => {
    for (const [rules, throughS3] of [
      [{ others: foreign, kolena: ours }, true],
      [alone, false],
    ] as const) {
      const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, ...now] } });
      const putBack = putBackCors(clients, [{ ...planned, rules, throughS3 }], clock);
      await expect(putBack).rejects.toMatchObject({
        reason: 'apply-failed',
        message: expect.stringContaining('pictures') as string,
      });
      expect(writes).toEqual([]);
    }
  });
  test('ends in an error that names the rule', async () => {
    const { clients } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, theirs] } });
    const putBack = putBackCors(clients, [{ ...planned, rules: alone, throughS3: true }], clock);
    await expect(putBack).rejects.toThrow(`rule 1 is new: ${JSON.stringify(theirs)}`);
  });
  test('does not keep the other buckets from their rules', async () => {
    const { clients, buckets } = s3InMemory({
      pictures: { region: 'eu-west-1', rules: [theirs] },
      videos: { region: 'eu-west-1', rules: [] },
    });
    const both = ['pictures', 'videos'].map((bucket) => ({
      ...planned,
      bucket,
      rules: alone,
      throughS3: false,
    }));
    await expect(putBackCors(clients, both, clock)).rejects.toThrow('pictures');
    expect(buckets).toMatchObject({ pictures: { rules: [theirs] }, videos: { rules: [ours] } });
  });
  test('is overwritten with `cors: replace`, which deletes all other rules', async () => {
    const { clients, buckets } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [theirs, ours] } });
    const replacing = { ...planned, rules: alone, replacesOthers: true, throughS3: false };
    await putBackCors(clients, [replacing], clock);
    expect(buckets['pictures']?.rules).toEqual([ours]);
  });
  test.each(changes)('is not overwritten when our rule is taken away: %s', async (_, now) => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, ...now] } });
    const removal = { bucket: 'pictures', region: 'eu-west-1', rules: { others: foreign, kolena: ours } };
    await expect(removeKolenaRules(clients, [removal])).rejects.toMatchObject({ reason: 'apply-failed' });
    expect(writes).toEqual([]);
  });
});

describe('removeKolenaRules', () => {
  const removal = (others: readonly CorsRule[], kolena: CorsRule | undefined = ours) => ({
    bucket: 'pictures',
    region: 'eu-west-1',
    rules: { others, kolena },
  });
  test('leaves the others exactly as they were', async () => {
    const { clients, buckets } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [...foreign, ours] } });
    await removeKolenaRules(clients, [removal(foreign)]);
    expect(buckets['pictures']?.rules).toEqual(foreign);
  });
  test('deletes the configuration when none is left', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours] } });
    await removeKolenaRules(clients, [removal([])]);
    expect(writes).toEqual(['DeleteBucketCorsCommand pictures']);
  });
  test('removes a rule made by hand, and no other rule without an ID', async () => {
    const { ID, ...handMade } = ours;
    expect(ID).toBeDefined();
    const { clients, buckets } = s3InMemory({
      pictures: { region: 'eu-west-1', rules: [handMade, ...foreign] },
    });
    await removeKolenaRules(clients, [removal(foreign, handMade)]);
    expect(buckets['pictures']?.rules).toEqual(foreign);
  });
  test('writes nothing where the bucket has no rule of Kolena', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: foreign } });
    const { bucket, region } = removal(foreign);
    await removeKolenaRules(clients, [{ bucket, region, rules: { others: foreign, kolena: undefined } }]);
    expect(writes).toEqual([]);
  });
});
