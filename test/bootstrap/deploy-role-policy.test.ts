import { describe, expect, it } from 'vitest';
import {
  deployRolePolicy,
  splitDocument,
  type DeployRolePolicyProps,
} from '../../src/bootstrap/deploy-role-policy.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { Statement } from '../../src/iam/policy-document.ts';

const configOf = (keys: object = {}) =>
  parseAccessConfig({
    buckets: ['share-with-kolena', 'other/prefix/', 'other/another/'],
    'kolena-principal-arn': 'arn:aws:iam::444455556666:root',
    ...keys,
  });
const policyOf = (changes: Partial<DeployRolePolicyProps> = {}) =>
  deployRolePolicy({
    config: configOf(),
    accountId: '111122223333',
    partition: 'aws',
    mode: 'deploy',
    ownRoleArn: 'arn:aws:iam::111122223333:role/deploy',
    ...changes,
  });
const statement = (sid: string, changes: Partial<DeployRolePolicyProps> = {}): Statement | undefined =>
  policyOf(changes).Statement.find(({ Sid }) => Sid === sid);

describe('deployRolePolicy', () => {
  it('is scoped to the role, the numbered policies and the buckets of the config', () => {
    const config = configOf({ 'iam-path': '/vendors/', 'role-name': 'R', 'policy-name': 'P' });
    const changes = { config, partition: 'aws-us-gov' };
    expect(statement('KolenaRole', changes)?.Resource).toEqual([
      'arn:aws-us-gov:iam::111122223333:role/vendors/R',
    ]);
    const policy = 'arn:aws-us-gov:iam::111122223333:policy/vendors/P';
    expect(statement('KolenaPolicies', changes)?.Resource).toEqual([policy, `${policy}-?`, `${policy}-??`]);
    expect(statement('Buckets', changes)?.Resource).toEqual([
      'arn:aws-us-gov:s3:::other',
      'arn:aws-us-gov:s3:::share-with-kolena',
    ]);
  });

  it('attaches nothing but these policies to the role', () => {
    expect(statement('KolenaRoleAttachments')).toMatchObject({
      Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
      Condition: { ArnLike: { 'iam:PolicyARN': statement('KolenaPolicies')?.Resource } },
    });
  });

  it('demands the permissions boundary of the config, and never takes one off', () => {
    const boundary = 'arn:aws:iam::111122223333:policy/boundary';
    const changes = { config: configOf({ 'permissions-boundary-arn': boundary }) };
    const Condition = { StringEquals: { 'iam:PermissionsBoundary': boundary } };
    expect(statement('KolenaRoleCreation', changes)).toMatchObject({ Condition });
    expect(statement('KolenaRoleBoundary', changes)).toMatchObject({ Condition });
    expect(statement('KolenaRoleCreation')).not.toHaveProperty('Condition');
    expect(JSON.stringify([policyOf(changes), policyOf()])).not.toContain('DeletePermissionsBoundary');
  });

  it('writes nothing in plan mode but the lock of the state', () => {
    const plan = policyOf({ mode: 'plan', state: { bucket: 'state', key: 'a/b.tfstate' } });
    const writes = plan.Statement.filter(({ Action }) =>
      /:(?:Put|Create|Delete|Update|Attach|Tag|Assume)/.test(String(Action)),
    );
    expect(writes).toEqual([
      {
        Sid: 'StateLock',
        Effect: 'Allow',
        Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        Resource: ['arn:aws:s3:::state/a/b.tfstate.tflock'],
      },
    ]);
  });

  it('names every bucket once, in managed policies that each fit', () => {
    const names = Array.from({ length: 200 }, (_, at) => `bucket-${at}-${'x'.repeat(50)}`);
    const documents = splitDocument(policyOf({ config: configOf({ buckets: names }) }));
    for (const document of documents) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
    const granted = documents.flatMap(({ Statement }) => Statement).flatMap(({ Resource }) => Resource ?? []);
    expect(granted.filter((arn) => arn.includes(':s3:')).sort()).toEqual(
      names.map((name) => `arn:aws:s3:::${name}`).sort(),
    );
  });
});
