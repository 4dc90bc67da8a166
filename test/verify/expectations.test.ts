import { describe, expect, test } from 'vitest';

import { kolenaRule } from '../../src/cors/rule-set.ts';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { expectationsOf, expectedLocations, expectedRoleArn } from '../../src/verify/expectations.ts';
import { defined } from '../../src/base/defined.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { sessionPolicy } from '../../src/iam/session-policy.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';
import { callerArn, expectations, foreignRule, kolenaArn, origin } from './good.ts';

describe('expectedLocations', () => {
  const buckets = [
    { bucket: 'pictures', prefix: 'a/' },
    { bucket: 'pictures', prefix: 'b/' },
    { bucket: 'videos' },
  ];
  test.each([
    ['s3://pictures/b/1.png', 'pictures/b/', 'b/1.png'],
    ['videos/x/1.png', 'videos', 'x/1.png'],
    // A key is any UTF-8 text: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    ['videos/two\nlines.png', 'videos', 'two\nlines.png'],
  ])('finds where %s lies', (verifyObject, name, objectKey) => {
    const marked = expectedLocations(buckets, verifyObject).filter(
      (location) => location.objectKey !== undefined,
    );
    expect(marked).toMatchObject([{ name, objectKey }]);
  });
  test.each(['s3://pictures/c/1.png', 's3://other/1.png', '/videos/1.png', 'videos', 'videos/'])(
    'refuses %s, which lies nowhere',
    (verifyObject) => {
      expect(() => expectedLocations(buckets, verifyObject)).toThrow(
        expect.objectContaining({
          reason: 'invalid-input',
          message: expect.stringContaining('pictures/a/, pictures/b/, videos') as string,
          remedy: expect.stringContaining('as s3://bucket/key') as string,
        }),
      );
    },
  );
});

describe('sessionPolicy', () => {
  const statements = (json: string) =>
    (JSON.parse(json) as { Statement: { Resource: string[] }[] }).Statement;
  test('narrows the session to the configured prefixes', () => {
    const policy = sessionPolicy({
      ...expectations,
      locations: [{ bucket: 'p', prefix: 'a/', name: 'p/a/' }],
    });
    expect(statements(policy).slice(0, 2)).toEqual([
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::p'] },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::p/a/*'] },
    ]);
  });
  test('leaves KMS keys to the role, and reads versions where the config does', () => {
    const [, read, decrypt] = statements(sessionPolicy({ ...expectations, objectVersions: true }));
    expect(read).toMatchObject({ Action: ['s3:GetObject', 's3:GetObjectVersion'] });
    expect(decrypt).toEqual({ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: ['*'] });
  });
  test('sessionPolicy that does not fit narrows it to reading', () => {
    expect(statements(sessionPolicy(expectations, 'any-bucket'))).toEqual([
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject'], Resource: ['*'] },
      { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: ['*'] },
    ]);
  });
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 2,048 characters.
  test('sessionPolicy of 200 buckets still fits, and allows reading alone', () => {
    const locations = Array.from({ length: 200 }, (_, at) => ({
      bucket: `bucket-${at}`,
      name: `bucket-${at}`,
    }));
    const policy = sessionPolicy({ ...expectations, locations });
    expect(policy.length).toBeLessThanOrEqual(2048);
    expect(policy).not.toMatch(/Put|Delete|"s3:\*"/);
  });
});

test('the simulator is never asked about reading alone: writing, deleting and other buckets are asked too', () => {
  const locations = [{ bucket: 'p', prefix: 'a/', name: 'p/a/' }];
  const asked = simulationQuestions({ ...expectations, locations });
  expect(asked.map(({ check, where, action }) => `${check}:${where} ${action}`)).toEqual([
    'grants:p/a/ s3:ListBucket',
    'grants:p/a/ s3:GetObject',
    'denies-write:p/a/ s3:PutObject',
    'denies-delete:p/a/ s3:DeleteObject',
    'denies-outside-prefix:p s3:ListBucket',
    'denies-outside-prefix:p s3:GetObject',
    'denies-other-buckets: s3:ListBucket',
    'denies-other-buckets: s3:GetObject',
  ]);
});

describe('expectationsOf', () => {
  const config = parseAccessConfig({
    buckets: ['pictures'],
    'kolena-principal-arn': kolenaArn,
    'kolena-external-id': 'example-external-id',
  });
  const desired = decideAccess(config, nothingObserved, { region: 'us-east-1' });

  test('holds what the config says, and every rule that is not ours', () => {
    const rules = { others: [foreignRule], kolena: kolenaRule(config) };
    const dropped = { bucket: 'dropped', region: 'eu-west-1', rules };
    const found = expectationsOf(config, {
      ...desired,
      cors: desired.cors.map((cors) => ({ ...cors, rules })),
      removals: { ...desired.removals, cors: [dropped] },
    });
    expect(found).toMatchObject({ externalId: 'example-external-id', origins: [origin] });
    expect(found.foreignRules).toEqual({ pictures: [foreignRule], dropped: [foreignRule] });
    expect(found.regions).toEqual({ pictures: 'us-east-1', dropped: 'eu-west-1' });
    expect(found).not.toHaveProperty('verifierArn');
  });
  test('with `cors: off` expects no origin, and names the permanent verifier', () => {
    const off = { ...config, cors: 'off' } as const;
    const found = expectationsOf(off, desired, { verifierArn: kolenaArn });
    expect(found).toMatchObject({ origins: [], verifierArn: kolenaArn });
  });

  const { role, ...withoutRole } = desired;
  if (role === undefined) throw new Error('the config wants a role');

  test('holds the role as it shall be, less the statement of a check that runs', () => {
    const running = temporaryStatement({ principalArn: callerArn, expires: new Date() });
    const Statement = [running, ...role.trustPolicy.Statement];
    const decided = { ...role, trustPolicy: { ...role.trustPolicy, Statement } };
    expect(expectationsOf(config, { ...desired, role: decided }).role).toEqual(role);
    expect(() => expectationsOf(config, withoutRole)).toThrow('promises nothing');
  });

  test('a role of an account that is not known stands for that of any', () => {
    expect(expectedRoleArn(expectationsOf(config, desired))).toBe(`arn:aws:iam::*:role/${role.name}`);
  });

  // `DateLessThan`: at its end the access is over.
  const end = '2026-11-01T00:00:00Z';
  test.each([
    ['a second before its end', end, '2026-10-31T23:59:59Z', undefined],
    ['at its end', end, end, end],
    ['after its end', end, '2026-11-26T00:00:00Z', end],
    ['without an end', undefined, '2026-11-26T00:00:00Z', undefined],
    ['at a time that is not known', end, undefined, undefined],
  ])('says of an access whether it is over: %s', (_, accessUntil, now, ended) => {
    const found = expectationsOf(defined({ ...config, accessUntil }), desired, {
      now: now === undefined ? undefined : new Date(now),
    });
    expect([found.now, found.ended]).toEqual([now, ended]);
  });
});
