import { describe, expect, test } from 'vitest';
import { about, isUnrefuted, isVerified } from '../../src/verify/check.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import type {
  LocationObservation,
  BucketObservation,
  Observations,
  Refusal,
} from '../../src/verify/observations.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { judge } from '../../src/verify/judge.ts';
import {
  callerArn,
  denied,
  expectations,
  foreignRule,
  goodSimulation,
  keyArn,
  observations,
  origin,
  policy,
  refused,
  trustPolicy,
} from './good.ts';

const allIds = [
  'role-exists',
  'trust-policy',
  'role-settings',
  'policies',
  'assumes',
  'external-id',
  'temporary-trust',
  'lists:pictures',
  'reads:pictures',
  'presigned:pictures',
  'preflight:pictures:https://app.kolena.io',
  'preflight-unknown-origin:pictures',
  'kolena-cors:pictures',
  'foreign-cors:pictures',
  'grants:pictures',
  'denies-write:pictures',
  'denies-delete:pictures',
  'denies-other-buckets',
];

const { role } = observations;
if (role === undefined) throw new Error('the good observations have a role');
const [statement] = trustPolicy.Statement;
const trusting = (...Statement: unknown[]): Partial<Observations> => ({
  role: { ...role, trustPolicy: { ...trustPolicy, Statement } as typeof trustPolicy },
});
const location = (part: Partial<LocationObservation>): Partial<Observations> => ({
  locations: { pictures: { ...(observations.locations['pictures'] as LocationObservation), ...part } },
});
const bucket = (part: Partial<BucketObservation>): Partial<Observations> => ({
  buckets: { pictures: { ...(observations.buckets['pictures'] as BucketObservation), ...part } },
});
const refusedWith = (refusal: Partial<Refusal>) =>
  ({ outcome: 'refused', refusal: { ...denied, ...refusal } }) as const;
const skipped = { outcome: 'skipped', message: 'Skipped for a reason.' } as const;
const listing = (count: number, truncated = false) =>
  location({ list: { outcome: 'ok', value: { count, truncated, readable: ['a.png'] } } });
const allowing = (...Action: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const theirs = { name: 'Theirs', arn: 'arn:aws:iam::111122223333:policy/Theirs' };
const otherPolicy = (document: PolicyDocument): Partial<Observations> => ({
  role: {
    ...role,
    attachedPolicies: [...role.attachedPolicies, theirs],
    otherDocuments: { [theirs.arn]: document },
  },
});
const formerNames = {
  roleName: 'Before',
  policyName: 'Kolena',
  iamPath: '/',
  kolenaPrincipalArns: ['arn:aws:iam::444455556666:role/kolena'],
};
const withPolicy = (policy: Observations['policies'][number]): Partial<Observations> => ({
  role: { ...role, attachedPolicies: [...role.attachedPolicies, { name: policy.name, arn: policy.arn }] },
  policies: [...observations.policies, policy],
});
const oldPolicy = {
  ...(observations.policies[0] as Observations['policies'][number]),
  name: 'Old',
  arn: 'arn:aws:iam::111122223333:policy/Old',
};
const addedStatement = temporaryStatement({
  principalArn: callerArn,
  externalId: 'example-external-id',
  expires: new Date('2026-01-01T00:00:00Z'),
});
const allowed = {
  outcome: 'ok',
  value: { status: 200, allowOrigin: 'https://kolena-s3-access.invalid' },
} as const;
const simulated = (action: string, decision: 'allowed' | 'implicitDeny'): Partial<Observations> => ({
  simulation: {
    outcome: 'ok',
    value: goodSimulation(expectations).map((answer) =>
      answer.question.action === action ? { ...answer, decision, decidedBy: ['SomePolicy'] } : answer,
    ),
  },
});

const widened = {
  ...expectations.ourRule,
  AllowedOrigins: [origin, 'https://other.example'],
  AllowedMethods: ['GET', 'HEAD', 'PUT'],
  ExposeHeaders: ['ETag'],
};

const secondPolicy: Observations['policies'][number] = {
  name: 'Kolena-2',
  arn: 'arn:aws:iam::111122223333:policy/Kolena-2',
  document: { ...policy, Statement: [{ Sid: 'Other', Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
  attached: true,
  usedElsewhere: 0,
};

interface Case {
  readonly seen?: Partial<Observations>;
  readonly wanted?: Partial<Expectations>;
  /** Id → status and what the evidence or remedy must say; every other check passes. */
  readonly verdicts: Readonly<Record<string, readonly [string, RegExp]>>;
}

const cases: Readonly<Record<string, Case>> = {
  'all is as it should be': { verdicts: {} },
  'the principal was deleted': {
    seen: trusting({ ...statement, Principal: { AWS: 'AROAEXAMPLEEXAMPLE123' } }),
    verdicts: { 'trust-policy': ['fail', /AROAEXAMPLEEXAMPLE123.*deleted/] },
  },
  'another principal is trusted': {
    seen: trusting({ ...statement, Principal: { AWS: 'arn:aws:iam::999999999999:root' } }),
    verdicts: { 'trust-policy': ['fail', /arn:aws:iam::999999999999:root instead of/] },
  },
  'the external ID is another': {
    seen: trusting({ ...statement, Condition: { StringEquals: { 'sts:ExternalId': ['other-id'] } } }),
    verdicts: {
      'trust-policy': ['fail', /demands the external ID other-id instead of example-external-id/],
    },
  },
  'a condition was added': {
    seen: trusting({
      ...statement,
      Condition: { ...statement?.Condition, IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } },
    }),
    verdicts: { 'trust-policy': ['fail', /192\.0\.2\.0\/24.* instead of /] },
  },
  'the statement has another name': {
    seen: trusting({ ...statement, Sid: 'Other' }),
    verdicts: {
      'trust-policy': ['fail', /KolenaAssumeRole is gone\. The statement Other is new/],
    },
  },
  'one more statement trusts somebody': {
    seen: trusting(statement, {
      ...statement,
      Sid: 'Other',
      Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    }),
    verdicts: { 'trust-policy': ['fail', /Other is new: it trusts AWS:arn:aws:iam::999999999999:root/] },
  },
  'the external ID is not demanded': {
    seen: trusting({ ...statement, Condition: undefined }),
    verdicts: {
      'trust-policy': ['fail', /demands no external ID/],
      'external-id': ['fail', /KolenaAssumeRole/],
    },
  },
  'the external ID is demanded only when there is one': {
    seen: trusting({
      ...statement,
      Condition: { StringEqualsIfExists: { 'sts:ExternalId': ['example-external-id'] } },
    }),
    verdicts: { 'trust-policy': ['fail', /./], 'external-id': ['fail', /not enforced/] },
  },
  'any external ID does': {
    seen: trusting({ ...statement, Condition: { StringLike: { 'sts:ExternalId': ['*'] } } }),
    verdicts: { 'trust-policy': ['fail', /the external ID \*/], 'external-id': ['fail', /not enforced/] },
  },
  'AWS lets the verifier in without an external ID': {
    seen: { withoutExternalId: { outcome: 'ok', value: { arn: callerArn } } },
    verdicts: {
      'external-id': ['fail', /without an external ID\. .* names \S+role\/ci\/deploy .*KolenaAssumeRole/],
    },
  },
  'AWS lets the verifier in with a wrong external ID': {
    seen: { wrongExternalId: { outcome: 'ok', value: { arn: callerArn } } },
    verdicts: { 'external-id': ['fail', /with a wrong external ID/] },
  },
  'a throttled call proves no refusal': {
    seen: { wrongExternalId: refusedWith({ code: 'Throttling', status: 400 }) },
    verdicts: { 'external-id': ['unprovable', /Throttling/] },
  },
  'a refusal proves nothing once the statement of the check is gone': {
    seen: {
      trust: {
        ...observations.trust,
        removed: { done: true, stood: false, evidence: 'Changed by somebody else.' },
      },
    },
    verdicts: { 'external-id': ['unprovable', /removed the statement of this one meanwhile/] },
  },
  'the permanent verifier is refused, whoever took out a leftover of another check': {
    seen: {
      trust: {
        kind: 'permanent',
        leftovers: true,
        removed: { done: true, stood: false, evidence: 'Changed by somebody else.' },
      },
    },
    verdicts: {},
  },
  'the policy is not attached': {
    seen: {
      policies: observations.policies.map((one) => ({ ...one, attached: false })),
      ...location({ list: refused, read: { outcome: 'skipped', message: 'Nothing could be listed.' } }),
    },
    verdicts: {
      policies: ['fail', /Kolena not attached to Kolena/],
      'lists:pictures': ['fail', /not attached/],
      'reads:pictures': ['unprovable', /Nothing could be listed/],
    },
  },
  'the policy is another': {
    seen: {
      policies: observations.policies.map((one) => ({ ...one, document: { ...policy, Statement: [] } })),
      ...location({ read: refused }),
    },
    verdicts: {
      policies: ['fail', /not as the config says/],
      'reads:pictures': ['fail', /do not grant s3:GetObject on pictures\/a\.png/],
    },
  },
  'a policy of an earlier config is still attached': {
    seen: withPolicy({ ...secondPolicy, document: allowing('s3:GetObject') }),
    verdicts: { 'other-policies': ['fail', /Kolena-2 adds s3:GetObject on \*/] },
  },
  'a policy of an earlier config is detached': {
    seen: {
      policies: [...observations.policies, { ...secondPolicy, document: policy, attached: false }],
    },
    verdicts: {},
  },
  'there is no policy': {
    seen: { policies: [] },
    verdicts: {
      policies: ['fail', /Kolena not attached to Kolena/],
      'other-policies': ['unprovable', /policy\/Kolena\./],
    },
  },
  'somebody attached policies of their own': {
    seen: {
      role: {
        ...role,
        attachedPolicies: [
          ...role.attachedPolicies,
          { name: 'Kolena-2', arn: secondPolicy.arn },
          { name: 'AmazonS3FullAccess', arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
        ],
        inlinePolicyNames: ['more'],
      },
      policies: [...observations.policies, secondPolicy],
    },
    verdicts: {
      'other-policies': [
        'fail',
        /policy\/Kolena-2 adds s3:\* on \*\.\nTake off what Kolena does not need:\naws iam detach-role-policy/,
      ],
    },
  },
  'policies of others were not read': {
    seen: {
      role: { ...role, attachedPolicies: [...role.attachedPolicies, theirs], inlinePolicyNames: ['more'] },
    },
    verdicts: {
      'other-policies': [
        'unprovable',
        /: \S+policy\/Theirs, more \(inline\)\..*iam:GetPolicyVersion.*iam:GetRolePolicy/s,
      ],
    },
  },
  'a policy of others was read and adds rights, though another was not read': {
    seen: {
      role: {
        ...role,
        attachedPolicies: [...role.attachedPolicies, theirs],
        inlinePolicyNames: ['more'],
        otherDocuments: { more: allowing('s3:PutObject') },
      },
    },
    verdicts: {
      'other-policies': [
        'fail',
        /more \(inline\) adds s3:PutObject on \*\.\n.*\naws iam delete-role-policy --role-name Kolena --policy-name more$/,
      ],
    },
  },
  'a policy of others adds a right to read': {
    seen: otherPolicy(allowing('s3:GetObject')),
    verdicts: {
      'other-policies': [
        'fail',
        /adds s3:GetObject on \*.*other-policy-arns:\n {2}- arn:aws:iam::\d+:policy\/Theirs/s,
      ],
    },
  },
  'a listed policy of others adds a right to read': {
    wanted: { otherPolicyArns: [theirs.arn] },
    seen: otherPolicy(allowing('s3:GetObject')),
    verdicts: { 'other-policies': ['pass', /policy\/Theirs/] },
  },
  'a listed policy of others adds a right to write': {
    wanted: { otherPolicyArns: [theirs.arn] },
    seen: otherPolicy(allowing('s3:Put*')),
    verdicts: { 'other-policies': ['fail', /adds s3:Put\* on \*/] },
  },
  'an inline policy bears the ARN of a listed one as its name': {
    wanted: { otherPolicyArns: ['more'] },
    seen: {
      role: { ...role, inlinePolicyNames: ['more'], otherDocuments: { more: allowing('s3:GetObject') } },
    },
    verdicts: { 'other-policies': ['fail', /more \(inline\) adds/] },
  },
  'a policy of others only denies': {
    seen: otherPolicy({ ...allowing(), Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }),
    verdicts: { 'other-policies': ['warning', /Theirs too, which add nothing/] },
  },
  'a policy like ours, perhaps of another config, grants more': {
    seen: withPolicy({ ...oldPolicy, document: allowing('s3:GetObject') }),
    verdicts: { 'other-policies': ['fail', /policy\/Old adds s3:GetObject on \*/] },
  },
  'a role that the config named before still lets Kolena in': {
    seen: {
      former: [
        { names: formerNames, role: { ...role, name: 'Before' }, policies: [] },
        { names: { ...formerNames, policyName: 'Older' }, policies: [] },
      ],
    },
    verdicts: { 'former-role:Before': ['fail', /trusts arn:aws:iam::444455556666:role\/kolena/] },
  },
  'a role that the config named before cannot be read': {
    seen: { former: [{ names: formerNames, policies: [], denied: 'not authorized: iam:GetRole' }] },
    verdicts: { 'former-role:Before': ['warning', /not allowed to read it: not authorized: iam:GetRole/] },
  },
  'a role that the config named before is gone': {
    seen: { former: [{ names: formerNames, policies: [] }] },
    verdicts: { 'former-role:Before': ['pass', /no role of that name that trusts/] },
  },
  'the config named the role in another case before': {
    seen: { former: [{ names: { ...formerNames, roleName: 'kolena' }, policies: [] }] },
    verdicts: {},
  },
  'the permissions boundary was taken off': {
    wanted: {
      role: { ...expectations.role, permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/Edge' },
    },
    verdicts: { 'role-settings': ['fail', /permissions boundary is absent instead of \S+policy\/Edge/] },
  },
  'the role has a boundary that the config does not name': {
    seen: { role: { ...role, permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/Edge' } },
    verdicts: { 'role-settings': ['warning', /permissions-boundary-arn: \S+policy\/Edge/] },
  },
  'sessions are longer than configured': {
    seen: { role: { ...role, maxSessionDuration: 43200 } },
    verdicts: { 'role-settings': ['fail', /session length \(seconds\) is 43200 instead of 3600/] },
  },
  'a configured tag is gone, and there are others': {
    seen: { role: { ...role, tags: { theirs: 'x' } } },
    wanted: { tags: { team: 'vision' } },
    verdicts: { 'role-settings': ['fail', /tag team is absent instead of vision/] },
  },
  'the external ID is demanded of all values, and none is one of them': {
    seen: trusting({
      ...statement,
      Condition: { 'ForAllValues:StringEquals': { 'sts:ExternalId': ['example-external-id'] } },
    }),
    verdicts: {
      'trust-policy': ['fail', /ForAllValues/],
      'external-id': ['fail', /lets Kolena in without it/],
    },
  },
  'the role stands at another path': {
    seen: { role: { ...role, arn: 'arn:aws:iam::111122223333:role/teams/Kolena', path: '/teams/' } },
    verdicts: {
      'role-exists': ['fail', /role\/teams\/Kolena instead of \S+:role\/Kolena.*iam-path: \/teams\//s],
    },
  },
  'the statement could not be taken back': {
    seen: {
      trust: { kind: 'temporary', leftovers: false, removed: { done: false, evidence: 'It still stands.' } },
    },
    verdicts: { 'temporary-trust': ['fail', /expires by itself/] },
  },
  'an earlier check was killed': {
    seen: { trust: { ...observations.trust, leftovers: true } },
    verdicts: { 'temporary-trust': ['pass', /Read back as found\. An earlier check .* it is gone/] },
  },
  'nobody may try': {
    seen: {
      assumed: skipped,
      withoutExternalId: skipped,
      wrongExternalId: skipped,
      locations: {},
      trust: { ...observations.trust, problem: { message: 'No.', remedy: 'Use another mode.' } },
    },
    verdicts: {
      assumes: ['unprovable', /for a reason.*Use another mode/s],
      'external-id': ['unprovable', /for a reason.*Use another mode/s],
      'lists:pictures': ['unprovable', /for a reason.*Use another mode/s],
      'reads:pictures': ['unprovable', /for a reason/],
      'presigned:pictures': ['unprovable', /Nobody/],
    },
  },
  'the statement of the check has not spread': {
    seen: { assumed: refused, locations: {}, trust: { ...observations.trust, statement: addedStatement } },
    verdicts: {
      assumes: ['fail', /read back lets .*role\/ci\/deploy in/],
      'lists:pictures': ['unprovable', /could not be assumed/],
      'reads:pictures': ['unprovable', /could not be assumed/],
      'presigned:pictures': ['unprovable', /Nobody/],
    },
  },
  'the statement was gone when AWS last refused': {
    seen: {
      assumed: refused,
      locations: {},
      trust: { ...observations.trust, statement: addedStatement },
      duringCheck: { role, policies: observations.policies },
    },
    verdicts: {
      assumes: ['fail', /principal is not trusted/],
      'lists:pictures': ['unprovable', /could not be assumed/],
      'reads:pictures': ['unprovable', /could not be assumed/],
      'presigned:pictures': ['unprovable', /Nobody/],
    },
  },
  'one object was listed': {
    seen: listing(1),
    verdicts: { 'lists:pictures': ['pass', /^1 object listed\./] },
  },
  'some objects were listed': {
    seen: listing(3),
    verdicts: { 'lists:pictures': ['pass', /^3 objects listed\./] },
  },
  'more objects are there than were listed': {
    seen: listing(100, true),
    verdicts: { 'lists:pictures': ['pass', /^The first 100 objects were listed\./] },
  },
  'nothing was there to list': {
    seen: listing(0),
    verdicts: { 'lists:pictures': ['pass', /^It is empty\./] },
  },
  'nobody got in': {
    seen: { assumed: refused, locations: {} },
    verdicts: {
      assumes: ['fail', /principal is not trusted/],
      'lists:pictures': ['unprovable', /could not be assumed/],
      'reads:pictures': ['unprovable', /could not be assumed/],
      'presigned:pictures': ['unprovable', /Nobody/],
    },
  },
  'nothing was asked of the bucket': {
    seen: location({ list: skipped, read: skipped, presigned: skipped }),
    verdicts: {
      'lists:pictures': ['unprovable', /could not be assumed/],
      'reads:pictures': ['unprovable', /for a reason/],
      'presigned:pictures': ['unprovable', /for a reason/],
    },
  },
  'the bucket is empty': {
    seen: location({
      list: { outcome: 'ok', value: { count: 0, truncated: false, readable: [] } },
      read: { outcome: 'skipped', message: 'It is empty.' },
    }),
    verdicts: { 'reads:pictures': ['warning', /unproven: It is empty/] },
  },
  'the object named is archived': {
    wanted: { locations: [{ bucket: 'pictures', name: 'pictures', objectKey: 'a.png' }] },
    seen: location({ read: refusedWith({ code: 'InvalidObjectState' }) }),
    verdicts: { 'reads:pictures': ['fail', /archived/] },
  },
  'the listed objects are archived': {
    seen: location({ read: refusedWith({ code: 'InvalidObjectState' }) }),
    verdicts: { 'reads:pictures': ['warning', /archived/] },
  },
  'an object was deleted while it was read': {
    seen: location({ read: refusedWith({ code: 'NoSuchKey', status: 404 }), triedKey: 'c.png' }),
    verdicts: { 'reads:pictures': ['warning', /unproven: There is no object s3:\/\/pictures\/c\.png/] },
  },
  'the object named does not exist': {
    wanted: { locations: [{ bucket: 'pictures', name: 'pictures', objectKey: 'a.png' }] },
    seen: location({ read: refusedWith({ code: 'NoSuchKey', status: 404 }) }),
    verdicts: { 'reads:pictures': ['fail', /There is no object/] },
  },
  'the objects are encrypted with keys of their writer': {
    seen: location({
      read: refusedWith({
        code: 'InvalidRequest',
        message:
          'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
        status: 400,
      }),
    }),
    verdicts: { 'reads:pictures': ['warning', /unproven: .*\(SSE-C\)/] },
  },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: InvalidRequest has many reasons.
  'a read is refused as an invalid request for another reason': {
    seen: location({
      read: refusedWith({
        code: 'InvalidRequest',
        message: 'SOAP requests must be made over HTTPS.',
        status: 400,
      }),
    }),
    verdicts: { 'reads:pictures': ['fail', /with InvalidRequest: SOAP/] },
  },
  'a read is denied of an object whose key speaks of encryption': {
    seen: location({
      read: refusedWith({
        message:
          'User: x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::pictures/a form of Server Side Encryption.png" with an explicit deny in a resource-based policy',
      }),
    }),
    verdicts: { 'reads:pictures': ['fail', /explicit deny in a resource-based policy/] },
  },
  'the bucket has gone': {
    seen: location({ list: refusedWith({ code: 'NoSuchBucket', status: 404 }) }),
    verdicts: { 'lists:pictures': ['fail', /There is no bucket named pictures/] },
  },
  'the key is not granted': {
    seen: location({
      read: refusedWith({
        message: `User: x is not authorized to perform: kms:Decrypt on resource: ${keyArn} because no identity-based policy allows the kms:Decrypt action`,
      }),
    }),
    verdicts: {
      'reads:pictures': ['fail', /kms-key-arns/],
      'decrypts:pictures': ['fail', new RegExp(`kms-key-arns:\\n {2}- ${keyArn}`)],
    },
  },
  'the object read is encrypted with a key': {
    seen: location({
      read: { outcome: 'ok', value: { key: 'a.png', encryption: 'aws:kms', kmsKeyArn: keyArn } },
    }),
    verdicts: { 'decrypts:pictures': ['pass', new RegExp(keyArn)] },
  },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
  'the object read is encrypted with a key in two layers': {
    seen: location({
      read: { outcome: 'ok', value: { key: 'a.png', encryption: 'aws:kms:dsse', kmsKeyArn: keyArn } },
    }),
    verdicts: { 'decrypts:pictures': ['pass', new RegExp(keyArn)] },
  },
  'S3 does not say how the object read is encrypted': {
    seen: location({ read: { outcome: 'ok', value: { key: 'a.png' } } }),
    verdicts: {},
  },
  'new objects are encrypted with a key that is not granted': {
    seen: bucket({ defaultKmsKeyArn: keyArn }),
    verdicts: { 'decrypts:pictures': ['warning', new RegExp(keyArn)] },
  },
  'new objects are encrypted with a key that is not granted, and there are none yet': {
    seen: {
      ...bucket({ defaultKmsKeyArn: keyArn }),
      ...location({
        list: { outcome: 'ok', value: { count: 0, truncated: false, readable: [] } },
        read: { outcome: 'skipped', message: 'It is empty.' },
        presigned: skipped,
      }),
    },
    verdicts: {
      'reads:pictures': ['warning', /It is empty/],
      'presigned:pictures': ['unprovable', /for a reason/],
      'decrypts:pictures': ['warning', /does not grant.*kms-key-arns/s],
    },
  },
  'new objects are encrypted with a granted key and none was read': {
    wanted: { kmsKeyArns: [keyArn] },
    seen: bucket({ defaultKmsKeyArn: keyArn }),
    verdicts: { 'decrypts:pictures': ['unprovable', /verify-object/] },
  },
  'a presigned URL is answered without CORS headers': {
    seen: location({ presigned: refusedWith({ code: 'NoCorsHeaders', status: 206 }) }),
    verdicts: { 'presigned:pictures': ['fail', /NoCorsHeaders.*read back allow it/] },
  },
  'nobody asked the bucket': {
    seen: { buckets: {}, ...location({ presigned: refusedWith({ code: 'NoCorsHeaders', status: 206 }) }) },
    verdicts: {
      'presigned:pictures': ['fail', /CORS rules were not read/],
      [`preflight:pictures:${origin}`]: ['unprovable', /not asked/],
      'preflight-unknown-origin:pictures': ['unprovable', /not asked/],
      'kolena-cors:pictures': ['unprovable', /not read back/],
      'foreign-cors:pictures': ['unprovable', /not read back/],
    },
  },
  'the questions to the bucket were skipped': {
    seen: bucket({ corsRules: skipped, preflights: { [origin]: skipped }, unknownOrigin: skipped }),
    verdicts: {
      [`preflight:pictures:${origin}`]: ['unprovable', /for a reason/],
      'preflight-unknown-origin:pictures': ['unprovable', /for a reason/],
      'kolena-cors:pictures': ['unprovable', /not read back/],
      'foreign-cors:pictures': ['unprovable', /not read back/],
    },
  },
  'the CORS rules may not be read': {
    seen: bucket({ corsRules: refused, preflights: { [origin]: refused }, unknownOrigin: allowed }),
    verdicts: {
      [`preflight:pictures:${origin}`]: ['fail', /The bucket's CORS rules were not read/],
      'preflight-unknown-origin:pictures': ['unprovable', /rules that can tell why were not read/],
      'kolena-cors:pictures': ['unprovable', /not read back/],
      'foreign-cors:pictures': ['unprovable', /Allow s3:GetBucketCORS on pictures/],
    },
  },
  'the bucket has no CORS rules': {
    wanted: { foreignRules: { pictures: [] } },
    seen: bucket({ corsRules: { outcome: 'ok', value: [] }, preflights: { [origin]: refused } }),
    verdicts: { [`preflight:pictures:${origin}`]: ['fail', /The bucket has no CORS rules/] },
  },
  'the preflight is refused though a rule allows it': {
    seen: bucket({ preflights: { [origin]: refused } }),
    verdicts: { [`preflight:pictures:${origin}`]: ['fail', /rules read back allow it.*verify-timeout/s] },
  },
  'there are no foreign rules': {
    wanted: { foreignRules: { pictures: [] } },
    seen: bucket({ corsRules: { outcome: 'ok', value: [expectations.ourRule] } }),
    verdicts: { 'foreign-cors:pictures': ['pass', /There are none/] },
  },
  "the bucket's policy looks at how it is asked": {
    seen: location({ presigned: refused }),
    verdicts: { 'presigned:pictures': ['fail', /s3:authType, s3:signatureAge or aws:Referer/] },
  },
  'the presigned URL is answered by an error': {
    seen: location({ presigned: refusedWith({ code: 'SlowDown', status: 503 }) }),
    verdicts: { 'presigned:pictures': ['fail', /SlowDown: [^:]*Run again/s] },
  },
  'the preflight is refused': {
    seen: bucket({ corsRules: { outcome: 'ok', value: [foreignRule] }, preflights: { [origin]: refused } }),
    verdicts: { [`preflight:pictures:${origin}`]: ['fail', /origins with a rule: https:\/\/example\.com/] },
  },
  'a foreign rule lets every origin in': {
    wanted: { foreignRules: { pictures: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] } },
    seen: bucket({
      corsRules: { outcome: 'ok', value: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
      unknownOrigin: allowed,
    }),
    verdicts: { 'preflight-unknown-origin:pictures': ['warning', /"AllowedOrigins":\["\*"\]/] },
  },
  "Kolena's rule was opened to every origin": {
    seen: bucket({
      corsRules: { outcome: 'ok', value: [foreignRule, { ...expectations.ourRule, AllowedOrigins: ['*'] }] },
      unknownOrigin: allowed,
    }),
    verdicts: {
      'preflight-unknown-origin:pictures': ['fail', /Kolena's rule, which somebody changed.*apply/s],
      'kolena-cors:pictures': ['fail', /it allows pages of \*\./],
    },
  },
  "Kolena's rule was widened by hand": {
    seen: {
      afterApply: false,
      ...bucket({ corsRules: { outcome: 'ok', value: [foreignRule, widened] } }),
    },
    verdicts: {
      'foreign-cors:pictures': ['unprovable', /nothing from before/],
      'kolena-cors:pictures': [
        'fail',
        /^Beyond the config it allows pages of https:\/\/other\.example; methods HEAD, PUT; response headers ETag\..*command: plan.*command: apply/s,
      ],
    },
  },
  "a second rule bears the ID of Kolena's": {
    seen: bucket({
      corsRules: { outcome: 'ok', value: [foreignRule, expectations.ourRule, widened] },
    }),
    verdicts: { 'kolena-cors:pictures': ['fail', /pages of https:\/\/other\.example/] },
  },
  "Kolena's rule was narrowed by hand, within a pattern of the config": {
    wanted: { ourRule: { ...expectations.ourRule, AllowedOrigins: ['https://*.kolena.io'] } },
    seen: bucket({
      corsRules: {
        outcome: 'ok',
        value: [foreignRule, { ...expectations.ourRule, AllowedHeaders: ['x-a'], MaxAgeSeconds: 9 }],
      },
    }),
    verdicts: {},
  },
  'the config lets every origin in': {
    wanted: { ourRule: { ...expectations.ourRule, AllowedOrigins: ['https://*'] } },
    seen: bucket({
      corsRules: {
        outcome: 'ok',
        value: [foreignRule, { ...expectations.ourRule, AllowedOrigins: ['https://*'] }],
      },
      unknownOrigin: allowed,
    }),
    verdicts: { 'preflight-unknown-origin:pictures': ['warning', /cors-origins let every page read: https/] },
  },
  'the config lets every origin in, but an unknown one is let in by no rule': {
    wanted: { ourRule: { ...expectations.ourRule, AllowedOrigins: ['https://*'] } },
    seen: bucket({ corsRules: { outcome: 'ok', value: [foreignRule] }, unknownOrigin: allowed }),
    verdicts: { 'preflight-unknown-origin:pictures': ['fail', /no CORS rule of the bucket allows it/] },
  },
  'an unknown origin is let in by no rule': {
    seen: bucket({ unknownOrigin: allowed }),
    verdicts: { 'preflight-unknown-origin:pictures': ['fail', /no CORS rule/] },
  },
  'an unknown origin is answered by an error': {
    seen: bucket({ unknownOrigin: refusedWith({ code: 'SlowDown', status: 503 }) }),
    verdicts: { 'preflight-unknown-origin:pictures': ['unprovable', /SlowDown/] },
  },
  'a foreign CORS rule was changed': {
    seen: bucket({
      corsRules: { outcome: 'ok', value: [{ ...foreignRule, MaxAgeSeconds: 0 }, expectations.ourRule] },
    }),
    verdicts: { 'foreign-cors:pictures': ['fail', /rule 1 has MaxAgeSeconds 0 instead of none/] },
  },
  'no apply came before, so that other rules have nothing to be compared with': {
    seen: { afterApply: false },
    verdicts: { 'foreign-cors:pictures': ['unprovable', /^1 read: a check alone has nothing from before/] },
  },
  'a foreign CORS rule is gone': {
    seen: bucket({ corsRules: { outcome: 'ok', value: [expectations.ourRule] } }),
    verdicts: { 'foreign-cors:pictures': ['fail', /rule 1 is gone/] },
  },
  'the simulator lets it write': {
    seen: simulated('s3:PutObject', 'allowed'),
    verdicts: { 'denies-write:pictures': ['fail', /SomePolicy/] },
  },
  'the simulator lets it delete': {
    seen: simulated('s3:DeleteObject', 'allowed'),
    verdicts: { 'denies-delete:pictures': ['fail', /SomePolicy/] },
  },
  'the simulator lets it list every bucket': {
    seen: simulated('s3:ListBucket', 'allowed'),
    verdicts: { 'denies-other-buckets': ['fail', /SomePolicy/] },
  },
  'the default key is named by an alias': {
    seen: bucket({ defaultKmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:alias/data' }),
    wanted: { kmsKeyArns: [keyArn] },
    verdicts: { 'decrypts:pictures': ['unprovable', /alias\/data, an alias of a key/] },
  },
  'the simulator does not let it read': {
    seen: simulated('s3:GetObject', 'implicitDeny'),
    verdicts: { 'grants:pictures': ['unprovable', /s3:GetObject/] },
  },
};

describe('judge', () => {
  test.each(Object.entries(cases))('%s', (_, { seen = {}, wanted = {}, verdicts }) => {
    const checks = judge({ ...expectations, ...wanted }, { ...observations, ...seen });
    // Every check has its place: one that is dropped is missed here.
    const extra = Object.keys(verdicts).filter((id) => !allIds.includes(id));
    expect(checks.map(({ id }) => id).sort()).toEqual([...allIds, ...extra].sort());
    const expected = Object.fromEntries(checks.map(({ id }) => [id, verdicts[id]?.[0] ?? 'pass']));
    expect(Object.fromEntries(checks.map(({ id, status }) => [id, status]))).toEqual(expected);
    for (const [id, [, text]] of Object.entries(verdicts)) {
      const check = checks.find((one) => one.id === id);
      expect(`${check?.evidence ?? ''}\n${check?.remedy ?? ''}`).toMatch(text);
    }
    for (const { status, remedy } of checks) if (status === 'fail') expect(remedy).toBeTruthy();
    const sound = checks.every(({ status }) => status !== 'fail');
    const tried = checks.find(({ id }) => id === 'lists:pictures')?.status !== 'unprovable';
    expect(isUnrefuted(checks)).toBe(sound);
    const known = checks.every(({ id, status }) => id !== 'other-policies' || status !== 'unprovable');
    expect(isVerified(checks)).toBe(sound && tried && known);
  });

  test('never prints AccessDenied bare', () => {
    const seen = { assumed: refused, ...location({ list: refused, read: refused, presigned: refused }) };
    for (const { evidence } of judge(expectations, { ...observations, ...seen }))
      expect(evidence.replace(/\(?AccessDenied\)?:? ?(Access Denied)?/g, '').trim().length).toBeGreaterThan(
        15,
      );
  });

  const others = Object.fromEntries(
    Object.entries(observations).filter(([name]) => name !== 'role'),
  ) as unknown as Observations;

  // STS refuses a role that does not exist as one that trusts nobody.
  test('of a role that is gone, a refusal proves nothing of the external ID', () => {
    const found = judge(expectations, { ...others, assumed: refused });
    expect(found.find(({ id }) => id === 'external-id')).toMatchObject({
      status: 'unprovable',
      evidence: 'There is no role.',
    });
    expect(found.find(({ id }) => id === 'assumes')?.evidence).toMatch(/^There is no role arn:aws:iam::/);
  });

  test('without a role, says so once and proves nothing else of it', () => {
    const skipped = { outcome: 'skipped', message: 'There is no role.' } as const;
    const none = {
      assumed: skipped,
      withoutExternalId: skipped,
      wrongExternalId: skipped,
      simulation: skipped,
    };
    const seen: Observations = {
      ...others,
      ...none,
      locations: {},
      trust: { kind: 'none', leftovers: false },
    };
    const failed = judge(expectations, seen).filter(({ status }) => status === 'fail');
    expect(failed.map(({ id }) => id)).toEqual(['role-exists']);
    const unproven = judge(expectations, seen).filter(({ status }) => status === 'unprovable');
    expect(unproven.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['trust-policy', 'policies', 'assumes', 'external-id', 'simulation']),
    );
    expect(judge(expectations, seen).map(({ id }) => id)).not.toContain('temporary-trust');
  });

  test('without an external ID, warns of the confused deputy', () => {
    const without = Object.fromEntries(
      Object.entries(expectations).filter(([name]) => name !== 'externalId'),
    ) as unknown as Expectations;
    const check = judge(without, observations).find(({ id }) => id === 'external-id');
    expect(check).toMatchObject({
      status: 'warning',
      evidence: expect.stringContaining('confused deputy') as string,
      remedy: expect.stringContaining('set kolena-external-id') as string,
    });
  });

  test('with `cors: off`, asks nothing of browsers, and still looks at foreign rules', () => {
    const seen = bucket({ corsRules: { outcome: 'ok', value: [foreignRule] } });
    const ids = judge({ ...expectations, origins: [] }, { ...observations, ...seen }).map(({ id }) => id);
    expect(ids).toEqual(allIds.filter((id) => !/^(presigned|preflight|kolena-cors)/.test(id)));
  });

  test.each<[string, Partial<Expectations>]>([
    ['with `cors: off`', { origins: [] }],
    ['of a bucket that is granted no longer', { locations: [] }],
  ])("%s, a rule of Kolena's that stands is more than the config", (_, wanted) => {
    const seen = { ...observations, afterApply: false };
    const checks = judge({ ...expectations, ...wanted }, seen);
    const check = checks.find(({ id }) => id === 'kolena-cors:pictures');
    expect(check).toMatchObject({
      status: 'fail',
      evidence: `Beyond the config it allows pages of ${origin}; methods GET.`,
    });
    expect(isVerified(checks.filter((one) => one.id !== check?.id))).toBe(true);
    expect(isVerified(checks)).toBe(false);
    // Nobody waited until S3 forgot what an apply took away.
    const after = judge({ ...expectations, ...wanted }, { ...seen, afterApply: true });
    expect(after.map(({ id }) => id)).not.toContain('kolena-cors:pictures');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html: the origin may hold one `*`.
  test('of an origin with a star, asks as a page of one such origin', () => {
    const star = 'https://*.kolena.io';
    const { preflights } = observations.buckets['pictures'] as BucketObservation;
    const seen = bucket({ preflights: { [star]: preflights[origin] ?? skipped } });
    const found = judge({ ...expectations, origins: [star] }, { ...observations, ...seen });
    expect(found.find(({ id }) => id === `preflight:pictures:${star}`)).toMatchObject({
      status: 'pass',
      evidence: `The preflight of ${origin} is allowed.`,
    });
  });

  test('of an organization, speaks once somebody got in, whichever answer tells of it', () => {
    const [first, ...rest] = goodSimulation(expectations);
    const value = [{ ...(first as (typeof rest)[number]), inOrganization: true }, ...rest];
    const speaks = (seen: Partial<Observations>) =>
      judge(expectations, { ...observations, simulation: { outcome: 'ok', value }, ...seen }).some(
        ({ id }) => id === 'organization',
      );
    expect([speaks({}), speaks({ assumed: refused })]).toEqual([true, false]);
  });

  test('of a leftover that `verify: simulate` may not clear, warns', () => {
    const seen: Observations = {
      ...observations,
      mode: 'simulate',
      trust: { kind: 'none', leftovers: true },
    };
    const check = judge(expectations, seen).find(({ id }) => id === 'temporary-trust');
    expect(check).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('`verify: assume`') as string,
    });
  });

  test('without the right to simulate, gives one check that says so', () => {
    const checks = judge(expectations, { ...observations, simulation: refused });
    expect(checks.find(({ id }) => id === 'simulation')).toMatchObject({
      status: 'unprovable',
      remedy: expect.stringContaining('iam:SimulatePrincipalPolicy') as string,
    });
    // What the role cannot do is then known of the documents alone.
    expect(isUnrefuted(checks)).toBe(true);
    expect(isVerified(checks)).toBe(false);
  });
});

test('where no check passed, nothing counts as unrefuted', () => {
  const unknown = about('lists', { location: 'pictures' }).unprovable('Nobody was asked.');
  expect([isUnrefuted([]), isUnrefuted([unknown]), isVerified([])]).toEqual([false, false, false]);
});
