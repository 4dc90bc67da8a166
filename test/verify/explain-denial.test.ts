import { describe, expect, test } from 'vitest';

import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { explainAssumeDenial, letsIn } from '../../src/verify/explain-assume.ts';
import { explainS3Denial } from '../../src/verify/explain-s3.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import { type LiveAccess, liveAccessOf } from '../../src/verify/explanation.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { callerArn, denied, expectations, keyArn, observations, trustPolicy } from './good.ts';

const added = temporaryStatement({
  principalArn: callerArn,
  externalId: 'example-external-id',
  expires: new Date('2026-01-01T00:00:00Z'),
});
const { role, policies } = observations;
if (role === undefined) throw new Error('the good observations have a role');
const live: LiveAccess = {
  expectations,
  callerArn,
  role: { ...role, trustPolicy: { ...trustPolicy, Statement: [...trustPolicy.Statement, added] } },
  policies,
};
const withTrust = (...Statement: (typeof trustPolicy.Statement)[number][]): LiveAccess => ({
  ...live,
  role: { ...role, trustPolicy: { ...trustPolicy, Statement } },
});
const location = { bucket: 'pictures', name: 'pictures' };
const withoutExternalId = Object.fromEntries(
  Object.entries(expectations).filter(([name]) => name !== 'externalId'),
) as unknown as Expectations;

describe('explainAssumeDenial', () => {
  test.each([
    ['no role', { expectations, callerArn, policies }, denied, /There is no role/, false],
    ['the principal', withTrust(...trustPolicy.Statement), denied, /principal is not trusted/, false],
    [
      'the external ID',
      withTrust(temporaryStatement({ principalArn: callerArn, externalId: 'another', expires: new Date(0) })),
      denied,
      /external ID is another.*"another".*"example-external-id"/,
      false,
    ],
    [
      'an external ID that the config has not',
      {
        ...withTrust({ ...added, Condition: { StringEquals: { 'sts:ExternalId': ['another', 'third'] } } }),
        expectations: withoutExternalId,
      },
      denied,
      /demands "another" or "third", the config has none/,
      false,
    ],
    [
      'another condition where no external ID is demanded',
      withTrust({ ...added, Condition: { StringEquals: { 'sts:RoleSessionName': 'somebody' } } }),
      denied,
      /A condition.*somebody/,
      false,
    ],
    [
      'another condition',
      withTrust({
        ...added,
        Condition: {
          StringEquals: { 'sts:ExternalId': 'example-external-id', 'sts:RoleSessionName': 'somebody' },
        },
      }),
      denied,
      /A condition.*somebody/,
      false,
    ],
    ['propagation or a guard above', live, denied, /not spread it yet.*\(SCP\)/, true],
    [
      'propagation in the words of AWS',
      live,
      {
        ...denied,
        message:
          'User: x is not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action',
      },
      /not spread it yet/,
      true,
    ],
    [
      'session tags that are passed on',
      live,
      { ...denied, message: 'User: x is not authorized to perform: sts:TagSession on resource: y' },
      /carry session tags.*sts:TagSession/,
      false,
    ],
    [
      'a source identity that is passed on',
      live,
      { ...denied, message: 'User: x is not authorized to perform: sts:SetSourceIdentity on resource: y' },
      /carry a source identity/,
      false,
    ],
    [
      'an SCP by name',
      live,
      {
        ...denied,
        message:
          'User: x is not authorized to perform: sts:AssumeRole on resource: y with an explicit deny in a service control policy',
      },
      /explicit deny in a service control policy/,
      false,
    ],
    ['STS turned off', live, { ...denied, code: 'RegionDisabled' }, /turned off in this region/, false],
    [
      'credentials that have expired',
      live,
      { ...denied, code: 'ExpiredToken' },
      /credentials of this run have expired/,
      false,
    ],
    ['throttling', live, { ...denied, code: 'Throttling' }, /throttles the account's calls/, false],
    [
      'propagation where the account is trusted',
      withTrust({ ...added, Principal: { AWS: 'arn:aws:iam::111122223333:root' } }),
      denied,
      /not spread it yet/,
      true,
    ],
  ] as const)('names %s', (...[, given, refusal, cause, mends]) => {
    const explanation = explainAssumeDenial(refusal, given);
    expect(explanation.message).toMatch(cause);
    expect(explanation.mendsByWaiting).toBe(mends);
    expect(explanation.remedy).not.toBe('');
    // A check adds its statement again for this cause alone.
    expect(explanation.untrusted === true).toBe(explanation.message.includes('principal is not trusted'));
  });
});

const withoutRole: LiveAccess = { expectations, callerArn, policies };

test('nobody is let into a role that is gone, and a role without the statement of a check is the one read', () => {
  expect([letsIn(live, 'example-external-id'), letsIn(withoutRole, 'example-external-id')]).toEqual([
    true,
    false,
  ]);
  expect(liveAccessOf(expectations, observations)).toEqual({ expectations, callerArn, policies, role });
});

test("a guard against sts:AssumeRole is the caller's own, not the role's", () => {
  const message =
    'User: x is not authorized to perform: sts:AssumeRole on resource: y because no permissions boundary allows the sts:AssumeRole action';
  const { message: cause, remedy } = explainAssumeDenial({ ...denied, message }, live);
  expect(cause).toContain('no permissions boundary allows it');
  expect(remedy).toBe(
    `Allow ${callerArn} to call sts:AssumeRole on arn:aws:iam::111122223333:role/Kolena there.`,
  );
});

const onlyPrefix: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::pictures',
      Condition: { StringLike: { 's3:prefix': 'b/' } },
    },
  ],
};
const manyBuckets: PolicyDocument = {
  Version: '2012-10-17',
  Statement: Array.from({ length: 7 }, (_, at) => ({
    Effect: 'Allow' as const,
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::other-${at}`,
  })),
};

describe('explainS3Denial', () => {
  const message = (text: string) => ({ ...denied, message: text });
  const listing = 'x is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::pictures"';
  test.each([
    ['propagation, while the policies grant it', denied, {}, /not spread them yet/, true],
    [
      'propagation, while AWS still sees no policy',
      message(`${listing} because no identity-based policy allows the s3:ListBucket action`),
      {},
      /not spread them yet/,
      true,
    ],
    [
      'a bucket policy',
      message(
        'x is not authorized to perform: s3:ListBucket on resource: "y" with an explicit deny in a resource-based policy',
      ),
      {},
      /explicit deny in a resource-based policy/,
      false,
    ],
    [
      'a permissions boundary',
      message(`${listing} because no permissions boundary allows the s3:ListBucket action`),
      {},
      /no permissions boundary allows/,
      false,
    ],
    [
      'a bucket that is gone',
      { code: 'NoSuchBucket', message: '', status: 404 },
      {},
      /no bucket named pictures/,
      false,
    ],
    ['the region', { code: 'PermanentRedirect', message: '', status: 301 }, {}, /wrong region/, false],
    [
      'the region of a signature',
      { code: 'AuthorizationHeaderMalformed', message: '', status: 400 },
      {},
      /wrong region/,
      false,
    ],
    [
      'a session that has expired',
      { code: 'ExpiredToken', message: 'Expired.', status: 400 },
      {},
      /session of the check has expired: Expired\./,
      false,
    ],
    [
      'a detached policy',
      denied,
      { policies: policies.map((one) => ({ ...one, attached: false })) },
      /is not attached/,
      false,
    ],
    [
      'a policy of another bucket',
      denied,
      {
        policies: policies.map((one) => ({
          ...one,
          document: JSON.parse(
            JSON.stringify(one.document).replaceAll('pictures', 'videos'),
          ) as typeof one.document,
        })),
      },
      /do not grant s3:ListBucket on pictures; they name arn:aws:s3:::videos, arn:aws:s3:::videos\/\*\./,
      false,
    ],
    [
      'the policies that are attached, whatever a detached one grants',
      denied,
      {
        policies: policies.flatMap((one) => [
          { ...one, document: onlyPrefix },
          { ...one, name: 'Before', attached: false },
        ]),
      },
      /do not grant s3:ListBucket on pictures; they name arn:aws:s3:::pictures, \{[^}]*\}\}\.$/,
      false,
    ],
    [
      'a boundary among the suspects',
      denied,
      { role: { ...role, permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/Edge' } },
      /denies it: the permissions boundary \S+Edge, a service control policy \(SCP\), the bucket's policy, a condition on tags in a bucket with ABAC, other ownership/,
      true,
    ],
    [
      'no boundary where there is none',
      denied,
      {},
      /something else denies it: a service control policy/,
      true,
    ],
    [
      'an error of S3',
      { code: 'InternalError', message: 'Try again.', status: 500 },
      {},
      /answers s3:ListBucket on pictures with InternalError: Try again/,
      false,
    ],
    [
      'a condition of the policy',
      denied,
      { policies: policies.map((one) => ({ ...one, document: onlyPrefix })) },
      /they name arn:aws:s3:::pictures, \{"StringLike":\{"s3:prefix":"b\/"\}\}\./,
      false,
    ],
    [
      'the first resources of many',
      denied,
      { policies: policies.map((one) => ({ ...one, document: manyBuckets })) },
      /they name (arn:aws:s3:::other-\d, ){6}…/,
      false,
    ],
  ] as const)('names %s', (...[, refusal, changed, cause, mends]) => {
    const explanation = explainS3Denial({ refusal, location }, { ...live, ...changed });
    expect(explanation.message).toMatch(cause);
    expect(explanation.mendsByWaiting).toBe(mends);
    expect(explanation.remedy).not.toBe('');
  });

  const kms = (why: string) =>
    message(`x is not authorized to perform: kms:Decrypt on resource: ${keyArn} ${why}`);
  test.each([
    [
      'the role',
      kms('because no identity-based policy allows the kms:Decrypt action'),
      /kms-key-arns:\n {2}- arn:aws:kms/,
    ],
    [
      'the key policy',
      kms('because no resource-based policy allows the kms:Decrypt action'),
      /^Add this statement to the key policy:\n/,
    ],
    [
      'an explicit deny of the key policy',
      kms('with an explicit deny in a resource-based policy'),
      /^Exempt the role from the Deny statement of the key policy, by aws:PrincipalArn\.$/,
    ],
    [
      'a permissions boundary',
      kms('because no permissions boundary allows the kms:Decrypt action'),
      /^Allow it in the role's permissions boundary/,
    ],
    [
      'a key that is not told',
      message('The ciphertext refers to a customer master key that does not exist'),
      /kms-key-arns:\n {2}- <ARN of the key>$/,
    ],
    ['a disabled key', { code: 'KMS.Disabled', message: 'is disabled', status: 400 }, /Enable the key/],
  ] as const)('tells by the message when KMS refuses: %s', (_, refusal, remedy) => {
    const explanation = explainS3Denial({ refusal, location, key: 'a.png' }, live);
    expect(explanation.remedy).toMatch(remedy);
    expect(explanation.mendsByWaiting).toBe(false);
  });

  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html: `*` is the key itself.
  test.each([
    ['the role where it stands', { ...role, arn: 'arn:aws:iam::111122223333:role/teams/Kolena' }],
    ['the role that will be', undefined],
  ])('lets nothing into a key policy but decrypting, by %s', (_, stands) => {
    const refusal = kms('because no resource-based policy allows the kms:Decrypt action');
    const given = { ...withoutRole, ...(stands && { role: stands }) };
    const { remedy } = explainS3Denial({ refusal, location, key: 'a.png' }, given);
    expect(JSON.parse(remedy.slice(remedy.indexOf('{')))).toEqual({
      Sid: 'KolenaDecrypt',
      Effect: 'Allow',
      Principal: { AWS: stands?.arn ?? 'arn:aws:iam::111122223333:role/Kolena' },
      Action: 'kms:Decrypt',
      Resource: '*',
    });
  });

  test('an object that is called like KMS is refused by S3', () => {
    const refusal = message(
      'x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::pictures/KMS/kms:a b.png" because no identity-based policy allows the s3:GetObject action',
    );
    const explanation = explainS3Denial({ refusal, location, key: 'KMS/kms:a b.png' }, live);
    expect(explanation.message).toContain('The policies read back grant s3:GetObject');
    expect(explanation.mendsByWaiting).toBe(true);
  });

  test('waits for a key that the config grants', () => {
    const refusal = kms('because no identity-based policy allows the kms:Decrypt action');
    const given = { ...live, expectations: { ...expectations, kmsKeyArns: [keyArn] } };
    const explanation = explainS3Denial({ refusal, location, key: 'a.png' }, given);
    expect(explanation.message).toContain(`The config grants kms:Decrypt on ${keyArn}`);
    expect(explanation.mendsByWaiting).toBe(true);
  });

  test('names what may deny what the policies grant, tags in a bucket with ABAC too', () => {
    expect(explainS3Denial({ refusal: denied, location, key: 'a.png' }, live).message).toContain(
      'a condition on tags in a bucket with ABAC',
    );
  });

  test('of a role that is gone meanwhile, names the one of the config', () => {
    expect(explainS3Denial({ refusal: denied, location }, withoutRole).remedy).toContain(
      'allow arn:aws:iam::111122223333:role/Kolena there',
    );
  });

  test.each([
    ['s3:ListBucket', 'arn:aws:s3:::pictures', false],
    ['s3:GetObject', 'arn:aws:s3:::pictures/a.png', true],
    ['s3:GetObject', 'arn:aws:s3:::pictures/b/*', false],
  ])('a refused read waits for a policy of %s on %s: %s', (Action, Resource, mends) => {
    const document: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource }],
    };
    const given = { ...live, policies: policies.map((one) => ({ ...one, document })) };
    const explanation = explainS3Denial({ refusal: denied, location, key: 'a.png' }, given);
    expect(explanation.mendsByWaiting).toBe(mends);
  });

  test('asks for a prefix by its prefix', () => {
    const given = { ...live, policies: policies.map((one) => ({ ...one, document: onlyPrefix })) };
    const of = (prefix: string) =>
      explainS3Denial({ refusal: denied, location: { ...location, prefix } }, given).mendsByWaiting;
    expect([of('b/'), of('a/')]).toEqual([true, false]);
  });
});
