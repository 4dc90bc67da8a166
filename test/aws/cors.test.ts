import type { DeleteBucketCorsCommand } from '@aws-sdk/client-s3';
import { GetBucketCorsCommand, PutBucketCorsCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';

import type { CorsRule } from '../../src/cors/rule.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import { putBackCors, readCorsRules, removeOurCors, requireUnchangedCors } from '../../src/aws/cors.ts';

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
const config = { cors: 'merge', corsOrigins: ['https://app.kolena.io'] } as const;
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
  const rulesOf = { rules: [...foreign, ours], exists: true, throughS3: true };
  const desired = { bucket: 'pictures', region: 'eu-west-1', ...rulesOf };
  test('writes nothing where the rules are as they should be', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: desired.rules } });
    expect(await putBackCors(clients, [desired], { config, clock })).toEqual([]);
    expect(writes).toEqual([]);
  });
  test.each([
    ['order', [ours, ...foreign]],
    ['absent MaxAgeSeconds', [{ ...foreign[0], MaxAgeSeconds: 0 }, foreign[1], ours]],
  ])('puts back what Terraform did not keep: %s', async (_, rules) => {
    const { clients, buckets } = s3InMemory({
      pictures: { region: 'eu-west-1', rules: rules as CorsRule[] },
    });
    expect(await putBackCors(clients, [desired], { config, clock })).toEqual(['pictures']);
    expect(buckets['pictures']?.rules).toEqual(desired.rules);
  });
});

describe('what somebody changes between the plan and the write', () => {
  const theirs: CorsRule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://new.example.com'] };
  const changes: [string, CorsRule[]][] = [
    ['a new rule', [theirs, ...foreign]],
    ['another order with a new rule', [...foreign.toReversed(), theirs]],
    ['a rule less', foreign.slice(1)],
    ['a rule with another ID', [{ ...foreign[0], ID: 'renamed' } as CorsRule, ...foreign.slice(1)]],
  ];
  const planned = { bucket: 'pictures', region: 'eu-west-1', exists: true };

  test.each(changes)('is not overwritten when our rule is put back: %s', async (_, now) => {
    for (const [rules, throughS3] of [
      [[...foreign, ours], true],
      [[ours], false],
    ] as const) {
      const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, ...now] } });
      const putBack = putBackCors(clients, [{ ...planned, rules, throughS3 }], { config, clock });
      await expect(putBack).rejects.toMatchObject({
        reason: 'apply-failed',
        message: expect.stringContaining('pictures') as string,
      });
      expect(writes).toEqual([]);
    }
  });
  test('does not keep the other buckets from their rules', async () => {
    const { clients, buckets } = s3InMemory({
      pictures: { region: 'eu-west-1', rules: [theirs] },
      videos: { region: 'eu-west-1', rules: [] },
    });
    const both = ['pictures', 'videos'].map((bucket) => ({
      ...planned,
      bucket,
      rules: [ours],
      throughS3: false,
    }));
    await expect(putBackCors(clients, both, { config, clock })).rejects.toThrow('pictures');
    expect(buckets).toMatchObject({ pictures: { rules: [theirs] }, videos: { rules: [ours] } });
  });
  test('goes with `cors: replace`, which leaves ours alone', async () => {
    const { clients, buckets } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [theirs, ours] } });
    const replace = { ...config, cors: 'replace' } as const;
    await putBackCors(clients, [{ ...planned, rules: [ours], throughS3: false }], { config: replace, clock });
    expect(buckets['pictures']?.rules).toEqual([ours]);
  });
  test.each(changes)('is not overwritten when our rule is taken away: %s', async (_, now) => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours, ...now] } });
    const removal = { bucket: 'pictures', region: 'eu-west-1', present: true, keep: foreign };
    await expect(removeOurCors(clients, [removal], config)).rejects.toMatchObject({ reason: 'apply-failed' });
    expect(writes).toEqual([]);
  });
});

describe('removeOurCors', () => {
  const removal = { bucket: 'pictures', region: 'eu-west-1', present: true };
  test('leaves the others exactly as they were', async () => {
    const { clients, buckets } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [...foreign, ours] } });
    await removeOurCors(clients, [{ ...removal, keep: foreign }], config);
    expect(buckets['pictures']?.rules).toEqual(foreign);
  });
  test('deletes the configuration when none is left', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: [ours] } });
    await removeOurCors(clients, [{ ...removal, keep: [] }], config);
    expect(writes).toEqual(['DeleteBucketCorsCommand pictures']);
  });
  test('touches nothing where ours does not stand', async () => {
    const { clients, writes } = s3InMemory({ pictures: { region: 'eu-west-1', rules: foreign } });
    await removeOurCors(clients, [{ ...removal, keep: foreign, present: false }], config);
    expect(writes).toEqual([]);
  });
});
