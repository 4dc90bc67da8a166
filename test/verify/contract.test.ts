import { describe, expect, test } from 'vitest';
import type { BucketGuard } from '../../src/access/bucket-guard.ts';
import type { ObservedRole } from '../../src/access/observed.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { about, isUnrefuted, isVerified } from '../../src/verify/check.ts';
import { checks as catalogue } from '../../src/verify/checks.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type { Observations, SimulationAnswer } from '../../src/verify/observations.ts';
import { judge } from '../../src/verify/judge.ts';
import type { Known } from '../../src/verify/judge-guards.ts';
import { keyPolicyOf, policyOf } from './guarded.ts';
import {
  callerArn,
  denied,
  expectations,
  foreignRule,
  goodSimulation,
  keyArn,
  kolenaArn,
  observations,
  origin,
} from './good.ts';

const name = 'pictures/a/';
const logs = { name: 'Logs', arn: 'arn:aws:iam::111122223333:policy/Logs' };
const logsMay = (Action: string): Record<string, PolicyDocument> => ({
  [logs.arn]: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] },
});
const seenRole = observations.role as ObservedRole;
const ourRole: ObservedRole = {
  ...seenRole,
  attachedPolicies: [...seenRole.attachedPolicies, logs],
  otherDocuments: logsMay('logs:GetLogEvents'),
};
const wanted: Expectations = {
  ...expectations,
  kmsKeyArns: [keyArn],
  otherPolicyArns: [logs.arn],
  locations: [{ bucket: 'pictures', prefix: 'a/', name }],
};
const formerNames = {
  roleName: 'Before',
  policyName: 'Kolena',
  iamPath: '/',
  kolenaPrincipalArns: ['arn:aws:iam::444455556666:role/never-applied', kolenaArn],
};
const good: Observations = {
  ...observations,
  role: ourRole,
  former: [{ names: formerNames, policies: [] }],
  locations: {
    [name]: {
      list: { outcome: 'ok', value: { count: 1, truncated: false, readable: ['a/1.png'] } },
      read: { outcome: 'ok', value: { key: 'a/1.png', encryption: 'aws:kms', kmsKeyArn: keyArn } },
      triedKey: 'a/1.png',
      presigned: { outcome: 'ok', value: { status: 206, allowOrigin: origin } },
    },
  },
  simulation: { outcome: 'ok', value: goodSimulation(wanted) },
};

const { role } = good;
const [location, bucket] = [good.locations[name], good.buckets['pictures']];
if (role === undefined || location === undefined || bucket === undefined) throw new Error('nothing is good');
const refusedWith = (refusal: Partial<typeof denied>) =>
  ({ outcome: 'refused', refusal: { ...denied, ...refusal } }) as const;
const letIn = { outcome: 'ok', value: { arn: callerArn } } as const;
const openTo = { outcome: 'ok', value: { status: 200, allowOrigin: '*' } } as const;
const deciding = (checkId: string, decision: SimulationAnswer['decision']): Partial<Observations> => ({
  simulation: {
    outcome: 'ok',
    value: goodSimulation(wanted).map((answer) =>
      about(answer.question.check, { who: '', where: answer.question.where }).id === checkId
        ? { ...answer, decision }
        : answer,
    ),
  },
});
const kmsDenied = refusedWith({
  message: `not authorized to perform: kms:Decrypt on resource: ${keyArn} because no resource-based policy allows the kms:Decrypt action`,
});

/** What surrounds the bucket, as it should be but for this. */
const knownWith = (guard: Partial<BucketGuard>): Known => ({
  buckets: {
    pictures: {
      ...{ name: 'pictures', region: 'eu-west-1', corsRules: [], defaultKmsKeyArn: keyArn },
      guard: {
        policy: policyOf({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        keyPolicy: keyPolicyOf({ Principal: { AWS: '111122223333' } }),
        ownership: 'BucketOwnerEnforced',
        unread: [],
        ...guard,
      },
    },
  },
});
// What was really read outweighs a document.
const empty = {
  locations: { [name]: { ...location, read: { outcome: 'skipped', message: 'It is empty.' } } },
};

interface Fault {
  readonly seen: Partial<Record<keyof Observations, unknown>>;
  /** @default as it should be */
  readonly known?: Known;
  readonly cause: RegExp;
  /** Checks that cannot but fail with it. @default none */
  readonly beside?: readonly string[];
}

/** For every check the fault that it is there to find. */
const faults: Readonly<Record<string, Fault>> = {
  'role-exists': {
    seen: { role: undefined, assumed: { outcome: 'skipped', message: 'There is no role.' } },
    cause: /There is no role arn:aws:iam::111122223333:role\/Kolena/,
  },
  'trust-policy': {
    seen: { role: { ...role, trustPolicy: { ...role.trustPolicy, Version: '2008-10-17' } } },
    cause: /Version is 2008-10-17 instead of 2012-10-17/,
  },
  'role-settings': {
    seen: { role: { ...role, maxSessionDuration: 43200 } },
    cause: /session length \(seconds\) is 43200 instead of 3600/,
  },
  policies: {
    seen: { policies: good.policies.map((one) => ({ ...one, attached: false })) },
    cause: /Kolena not attached to Kolena/,
  },
  'other-policies': {
    seen: { role: { ...role, otherDocuments: logsMay('logs:PutLogEvents') } },
    cause: /policy\/Logs adds logs:PutLogEvents on \*/,
  },
  'former-role:Before': {
    seen: { former: [{ names: formerNames, policies: [], role: { ...seenRole, name: 'Before' } }] },
    cause: /trusts arn:aws:iam::444455556666:role\/kolena, and/,
  },
  assumes: { seen: { assumed: refusedWith({}) }, cause: /principal is not trusted/ },
  'external-id': { seen: { withoutExternalId: letIn }, cause: /let the verifier in without/ },
  'temporary-trust': {
    seen: { trust: { ...good.trust, removed: { done: false, evidence: 'It still stands there.' } } },
    cause: /still stands/,
  },
  [`lists:${name}`]: {
    seen: {
      locations: { [name]: { ...location, list: refusedWith({ code: 'NoSuchBucket', status: 404 }) } },
    },
    cause: /no bucket named pictures/,
  },
  [`reads:${name}`]: {
    seen: { locations: { [name]: { ...location, read: refusedWith({}) } } },
    cause: /s3:GetObject on pictures\/a\/1\.png/,
  },
  [`decrypts:${name}`]: {
    seen: { locations: { [name]: { ...location, read: kmsDenied } } },
    cause: /key policy of arn:aws:kms.* does not let the role decrypt/,
    beside: [`reads:${name}`],
  },
  'bucket-policy:pictures': {
    seen: empty,
    known: knownWith({ policy: policyOf({ Sid: 'Guard' }) }),
    cause: /statement Guard of the bucket policy denies/,
  },
  'key-policy:pictures': {
    seen: empty,
    known: knownWith({ keyPolicy: keyPolicyOf({ Principal: { AWS: callerArn } }) }),
    cause: /allows neither the role nor its account/,
  },
  [`presigned:${name}`]: {
    seen: { locations: { [name]: { ...location, presigned: refusedWith({}) } } },
    cause: /s3:authType/,
  },
  [`preflight:pictures:${origin}`]: {
    seen: { buckets: { pictures: { ...bucket, preflights: { [origin]: refusedWith({}) } } } },
    cause: /rules read back allow it/,
  },
  'preflight-unknown-origin:pictures': {
    seen: { buckets: { pictures: { ...bucket, unknownOrigin: openTo } } },
    cause: /no CORS rule of the bucket allows it/,
  },
  'kolena-cors:pictures': {
    seen: {
      buckets: {
        pictures: {
          ...bucket,
          corsRules: {
            outcome: 'ok',
            value: [foreignRule, { ...wanted.ourRule, AllowedOrigins: [origin, 'https://other.example'] }],
          },
        },
      },
    },
    cause: /it allows pages of https:\/\/other\.example\./,
  },
  'foreign-cors:pictures': {
    seen: { buckets: { pictures: { ...bucket, corsRules: { outcome: 'ok', value: [wanted.ourRule] } } } },
    cause: /rule 1 is gone/,
  },
  // What was really read, the simulator cannot deny.
  [`grants:${name}`]: {
    seen: {
      ...deciding(`grants:${name}`, 'implicitDeny'),
      ...empty,
    },
    cause: /s3:ListBucket/,
  },
  [`denies-write:${name}`]: { seen: deciding(`denies-write:${name}`, 'allowed'), cause: /s3:PutObject/ },
  [`denies-delete:${name}`]: { seen: deciding(`denies-delete:${name}`, 'allowed'), cause: /s3:DeleteObject/ },
  'denies-outside-prefix:pictures': {
    seen: deciding('denies-outside-prefix:pictures', 'allowed'),
    cause: /s3:GetObject on arn:aws:s3:::pictures\/kolena/,
  },
  'denies-other-buckets': { seen: deciding('denies-other-buckets', 'allowed'), cause: /not-granted/ },
};

describe('every check', () => {
  test('has its fault below, and passes without one', () => {
    const checks = judge(wanted, good, knownWith({}));
    expect(checks.map(({ id }) => id)).toEqual(Object.keys(faults));
    const kinds = new Set(Object.keys(faults).map((id) => id.replace(/:.*/, '')));
    // These never fail, or are of an access that is over: judge-end.test.ts.
    const silent = new Set([
      ...['simulation', 'organization', 'object-ownership'],
      ...['ended', 'ended-reads', 'denies-ended'],
    ]);
    expect([...kinds]).toEqual(Object.keys(catalogue).filter((kind) => !silent.has(kind)));
    expect(checks.filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(isVerified(checks)).toBe(true);
  });

  // Were the check dropped, or did it pass, the access would count as verified in spite of its fault.
  test.each(Object.entries(faults))(
    '%s alone finds its fault',
    (id, { seen, known = knownWith({}), cause, beside = [] }) => {
      const checks = judge(wanted, { ...good, ...seen } as Observations, known);
      const failed = checks.filter(({ status }) => status === 'fail');
      expect(failed.map((check) => check.id)).toEqual([...beside, id]);
      const found = failed.at(-1);
      expect(found?.evidence).toMatch(cause);
      expect(found?.remedy).toBeTruthy();
      const passed = judge(wanted, good, knownWith({})).find((check) => check.id === id);
      expect(found?.title, 'a failed check does not say that all is well').not.toBe(passed?.title);
      expect(isVerified(checks)).toBe(false);
      expect(isVerified(checks.filter((check) => !failed.includes(check)))).toBe(true);
    },
  );
});

test('nothing is verified where nobody was in the role: a bucket policy may undo what all documents say', () => {
  const skipped = { outcome: 'skipped', message: 'The statement of the check may not be added.' } as const;
  const checks = judge(wanted, {
    ...good,
    assumed: skipped,
    withoutExternalId: skipped,
    wrongExternalId: skipped,
    locations: {},
    trust: { kind: 'none', leftovers: false },
  });
  expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(isUnrefuted(checks)).toBe(true);
  expect(isVerified(checks)).toBe(false);
});

describe('the catalogue of checks', () => {
  test('says each status of a check in words of its own', () => {
    const statuses = ['pass', 'fail', 'warning', 'unprovable'];
    for (const texts of Object.values(catalogue)) {
      const said = Object.entries(texts).flatMap(([name, text]) => (statuses.includes(name) ? [text] : []));
      expect(new Set(said).size).toBe(said.length);
    }
  });

  test('names a next step for each check, in full sentences', () => {
    for (const { remedy } of Object.values(catalogue)) expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  test('fills in the subject, whatever characters it has', () => {
    const check = about('preflight', { bucket: '{origin}', origin: 'https://$&.example' }).fail('Seen.');
    expect(check.id).toBe('preflight:{origin}:https://$&.example');
    expect(check.title).toBe('{origin} does not let pages of https://$&.example read.');
  });

  test('says of what is unproven the sentence that would be a pass', () => {
    expect(about('lists', { location: 'a/' }).unprovable('Not tried.').title).toBe('Kolena lists s3://a/.');
  });
});
