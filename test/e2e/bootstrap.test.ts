import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteBucketEncryptionCommand,
  GetBucketVersioningCommand,
  PutBucketEncryptionCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grants, type DeployMode } from '../../bootstrap/deploy-role-policy.ts';
import { exampleParameters } from '../support/bootstrap.ts';
import { deployStack, type DeployedStack } from '../support/deploy-stack.ts';
import { claimsOf } from '../support/job-claims.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { customerAccountId } from '../support/world.ts';

const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const jobs = { plan: { event: 'pull_request' }, deploy: { environment: 'production' } } as const;
const keyArn = `arn:aws:kms:us-east-1:${customerAccountId}:key/11111111-2222-3333-4444-555555555555`;
const providerArn = `arn:aws:iam::${customerAccountId}:oidc-provider/token.actions.githubusercontent.com`;

let scene: Scene;
let stack: DeployedStack;

beforeAll(async () => {
  scene = await startScene();
  stack = await deployStack(scene.world, {
    ...exampleParameters,
    OidcProvider: 'create',
    Environment: 'production',
    PermissionsBoundaryArn: boundary,
    StateBucketName: 'acme-terraform-state',
    KmsKeyArns: keyArn,
    ReadCloudTrail: 'true',
  });
});
afterAll(() => scene.stop());

/** A run of the Action from a job of my-org/my-repo, whose only credentials are GitHub's token. */
async function run(
  mode: DeployMode,
  inputs: Record<string, string>,
  job: Parameters<typeof claimsOf>[0] = jobs[mode],
): Promise<ActionResult> {
  const { world } = scene;
  const bare = Object.fromEntries(Object.keys(world.env(world.deployer)).map((name) => [name, '']));
  return scene.run(
    {
      'role-to-assume': stack.outputs[mode === 'plan' ? 'PlanRoleArn' : 'DeployRoleArn'] ?? '',
      'permissions-boundary-arn': boundary,
      backend: 's3',
      'backend-config': 'bucket=acme-terraform-state\nkey=kolena-s3-access.tfstate\nregion=us-east-1',
      ...inputs,
    },
    {
      env: {
        ...bare,
        AWS_ENDPOINT_URL: world.endpoint,
        AWS_REGION: 'us-east-1',
        ...world.issuer.env(claimsOf(job)),
      },
    },
  );
}

const succeeded = async (result: Promise<ActionResult>) => {
  const { exitCode, log, outputs } = await result;
  expect(exitCode, log).toBe(0);
  return outputs;
};

const inline = { RoleName: 'KolenaS3ReadAccess', PolicyName: 'by-hand' };

/** Somebody else takes the role's boundary off, and puts an inline policy into it. */
async function tampered(): Promise<void> {
  const { RoleName } = inline;
  const iam = scene.world.iam(scene.world.customerRoot);
  await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
  const deny = { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
  await iam.send(new PutRolePolicyCommand({ ...inline, PolicyDocument }));
}

/** New objects are encrypted by a key of the customer, which the bucket names by its alias. */
async function encrypted(): Promise<void> {
  const { world } = scene;
  const Principal = { AWS: `arn:aws:iam::${customerAccountId}:root` };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] as const;
  world.gate.addKey(keyArn, { Version: '2012-10-17', Statement }, 'pictures');
  const KMSMasterKeyID = keyArn.replace(/key\/.*$/, 'alias/pictures');
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } as const;
  const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault }];
  const settings = { Bucket: 'share-with-kolena', ServerSideEncryptionConfiguration: { Rules } };
  await world.s3(world.customerRoot).send(new PutBucketEncryptionCommand(settings));
}

/** What a role asked of AWS, Kolena's role left out. */
const calledBy = (role: string) =>
  scene.world.gate.calls.filter(({ principal }) => principal.includes(`:assumed-role/${role}/`));

describe('the stack of bootstrap.yaml', () => {
  test.each([
    ['plan', { event: 'push', ref: 'refs/heads/feature' }],
    ['plan', { environment: 'production' }],
    ['deploy', { event: 'pull_request' }],
    ['deploy', { event: 'push' }],
    ['deploy', { environment: 'staging' }],
    ['deploy', { environment: 'production', ref: 'refs/heads/feature' }],
  ] as const)('keeps the %s role from a job %j', async (mode, job) => {
    const { exitCode, outputs } = await run(mode, { command: 'plan' }, job);
    expect(exitCode).toBe(1);
    expect(outputs['failure-reason']).toBe('credentials');
  });

  test('has a plan role with which plan works and apply does not', async () => {
    scene.world.gate.forget();
    expect(await succeeded(run('plan', { command: 'plan', verify: 'simulate' }))).toMatchObject({
      'to-add': '4',
    });
    const refused = calledBy('KolenaS3Plan').filter(({ errorCode = '' }) =>
      errorCode.includes('AccessDenied'),
    );
    expect(refused).toEqual([]);
    // In a merge queue, which the role trusts too.
    const ref = 'refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef0123456789abcdef01234567';
    const applied = await run('plan', { command: 'apply' }, { event: 'merge_group', ref });
    expect(applied.exitCode).toBe(1);
    expect(applied.outputs['failure-reason']).toBe('apply-failed');
  });

  test('has a deploy role that grants all that plan, apply, verify and destroy call, and nothing else', async () => {
    scene.world.gate.forget();
    await succeeded(run('deploy', { command: 'apply', tags: 'team=vision\nold=tag' }));
    const other = { 'max-session-duration': '7200', 'object-versions': 'true', 'kms-key-arns': keyArn };
    const changes = { tags: 'team=vision', ...other };
    await tampered();
    await encrypted();
    await succeeded(run('deploy', { command: 'apply', ...changes }));
    await succeeded(run('deploy', { command: 'verify', verify: 'simulate', ...changes }));
    await scene.world.iam(scene.world.customerRoot).send(new DeleteRolePolicyCommand(inline));
    await succeeded(run('deploy', { command: 'destroy', 'allow-destroy': 'true', ...changes }));
    const s3 = scene.world.s3(scene.world.customerRoot);
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket: 'share-with-kolena' }));

    const calls = calledBy('KolenaS3Deploy');
    // The negative checks of `verify` are refused by Kolena's trust policy, as they must be.
    const refused = calls.filter(
      ({ action, errorCode = '' }) => errorCode.includes('AccessDenied') && action !== 'sts:AssumeRole',
    );
    expect(refused.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);

    const called = new Set(calls.map(({ action }) => action));
    // AWS asks no permission for it.
    called.delete('sts:GetCallerIdentity');
    const granted = new Set(
      Object.values(grants).flatMap(({ plan = [], deploy = [] }) => [...plan, ...deploy]),
    );
    expect([...granted].filter((action) => !called.has(action)).sort()).toEqual([]);
    expect([...called].filter((action) => !granted.has(action)).sort()).toEqual([]);
  });

  test('says the one command for a bucket that it does not reach, and reaches it once it is updated', async () => {
    await scene.world.createBucket({ name: 'one-more', objects: { 'a.png': 'a' } });
    const inputs = { command: 'plan', buckets: 'share-with-kolena\none-more' };
    const { exitCode, errors, outputs } = await run('plan', inputs);
    expect(exitCode).toBe(1);
    expect(outputs['failure-reason']).toBe('credentials');
    expect(errors.join('\n')).toContain("--physical-resource-id 'KolenaS3Plan'");
    expect(errors.join('\n')).toContain("'one-more' | tr");
    expect(errors.join('\n')).not.toContain('ReadBucketSettings');
    stack = await stack.update({ Buckets: 'share-with-kolena,one-more' });
    await succeeded(run('plan', inputs));
    await succeeded(run('deploy', { ...inputs, command: 'apply' }));
  });

  test('says the one command for a new name, and serves both once it is updated', async () => {
    const inputs = {
      command: 'plan',
      buckets: 'share-with-kolena',
      'role-name': 'KolenaRead',
      'policy-name': 'KolenaRead',
    };
    const { errors } = await run('plan', inputs);
    expect(errors.join('\n')).toContain("'KolenaRead' | tr");
    expect(errors.join('\n')).toContain('After the apply, this drops the former names');
    const both = 'KolenaRead,KolenaS3ReadAccess';
    stack = await stack.update({ RoleName: both, PolicyName: both });
    await succeeded(run('plan', { ...inputs, backend: '', 'backend-config': '' }));
  });

  test('leaves the provider, the state bucket and the role of Kolena when it is deleted', async () => {
    await stack.delete();
    const iam = scene.world.iam(scene.world.customerRoot);
    for (const RoleName of ['KolenaS3Plan', 'KolenaS3Deploy'])
      await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toThrow(/not found|cannot be found/i);
    const left = await iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }));
    expect(left.Role?.RoleName).toBe('KolenaS3ReadAccess');
    const provider = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn });
    expect(await iam.send(provider)).toMatchObject({ ClientIDList: ['sts.amazonaws.com'] });
    const versioning = new GetBucketVersioningCommand({ Bucket: 'acme-terraform-state' });
    expect(await scene.world.s3(scene.world.customerRoot).send(versioning)).toMatchObject({
      Status: 'Enabled',
    });
  });
});
