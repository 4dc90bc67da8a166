import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetBucketVersioningCommand, GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  actionsOn,
  deployRoleActions,
  type DeployMode,
  type DeployResource,
} from '../../src/bootstrap/deploy-role-actions.ts';
import { cdktfProject, type CdktfProject } from '../support/cdktf-project.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedExternalId } from '../support/seed.ts';
import { customerAccountId, kolenaPrincipalArn } from '../support/world.ts';

const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const bootstrapApp = ['--app', 'npx tsx bootstrap.ts'];
const config = [
  'buckets: [share-with-kolena]',
  `kolena-principal-arn: ${kolenaPrincipalArn}`,
  `kolena-external-id: ${seedExternalId}`,
  `permissions-boundary-arn: ${boundary}`,
].join('\n');

let scene: Scene;
let project: CdktfProject;
let administrator: Record<string, string>;

beforeAll(async () => {
  scene = await startScene();
  administrator = { ...scene.terraform.env, ...scene.world.env(scene.world.customerRoot) };
  project = cdktfProject(['bootstrap.ts', 'main.ts', 'src', 'node_modules']);
  project.write('kolena-s3.yml', config);
  project.write(
    'kolena-s3-bootstrap.yml',
    [
      'github-repository: acme/data',
      'environment: production',
      `oidc-issuer: ${scene.world.issuer.iss}`,
      'state-bucket: acme-terraform-state',
    ].join('\n'),
  );
});
afterAll(() => scene.stop());

const deployed = async () => {
  const { exitCode, output } = await project.run(
    ['deploy', '--auto-approve', ...bootstrapApp],
    administrator,
  );
  expect(exitCode, output).toBe(0);
  return output;
};

/** A run of the Action from a job of acme/data, whose only credentials are GitHub's token. */
async function run(
  mode: DeployMode,
  inputs: Record<string, string>,
  subject = mode === 'plan' ? 'pull_request' : 'environment:production',
): Promise<ActionResult> {
  const bare = Object.fromEntries(
    Object.keys(scene.world.env(scene.world.deployer)).map((name) => [name, '']),
  );
  const role = mode === 'plan' ? 'KolenaS3Plan' : 'KolenaS3Deploy';
  return scene.run(
    {
      'role-to-assume': `arn:aws:iam::${customerAccountId}:role/${role}`,
      'permissions-boundary-arn': boundary,
      backend: 's3',
      'backend-config': 'bucket=acme-terraform-state\nkey=kolena-s3-access.tfstate\nregion=us-east-1',
      ...inputs,
    },
    {
      env: {
        ...bare,
        AWS_ENDPOINT_URL: scene.world.endpoint,
        AWS_REGION: 'us-east-1',
        ...scene.world.issuer.env({ sub: `repo:acme/data:${subject}` }),
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

/** What the run's own role asked of AWS, Kolena's role left out. */
const calledBy = (role: string) =>
  scene.world.gate.calls.filter(({ principal }) => principal.includes(`:assumed-role/${role}/`));

describe('npm run bootstrap', () => {
  test('creates the OIDC provider, both roles and the state bucket, and finds nothing to do a second time', async () => {
    expect(await deployed()).toMatch(/deploy_role_arn = "arn:aws:iam::111122223333:role\/KolenaS3Deploy/);
    const { output } = await project.run(['diff', ...bootstrapApp], administrator);
    expect(output).toMatch(/No changes\.|found no differences/);
  });

  test('is refused where another clone has made the roles, whose state it lacks', async () => {
    const clone = cdktfProject(['bootstrap.ts', 'src', 'node_modules']);
    clone.write('kolena-s3.yml', config);
    clone.write('kolena-s3-bootstrap.yml', project.read('kolena-s3-bootstrap.yml'));
    const { exitCode, output } = await clone.run(['diff', ...bootstrapApp], administrator);
    expect(exitCode).toBe(1);
    expect(output).toContain('The account has a role KolenaS3Deploy already');
  });

  test('leaves a plan-only role with which plan works and apply does not', async () => {
    scene.world.gate.forget();
    expect(await succeeded(run('plan', { command: 'plan', verify: 'simulate' }))).toMatchObject({
      'to-add': '4',
    });
    // In a merge queue, which the role trusts too.
    const queue = 'ref:refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef0123456789abcdef01234567';
    const applied = await run('plan', { command: 'apply' }, queue);
    expect(applied.exitCode).toBe(1);
    expect(applied.outputs['failure-reason']).toBe('apply-failed');
  });

  test('leaves a deploy role that grants all that plan, apply, verify and destroy call, and nothing else', async () => {
    scene.world.gate.forget();
    await succeeded(run('deploy', { command: 'apply', tags: 'team=vision\nold=tag' }));
    const changes = { tags: 'team=vision', 'max-session-duration': '7200', 'object-versions': 'true' };
    await tampered();
    await succeeded(run('deploy', { command: 'apply', ...changes }));
    await succeeded(run('deploy', { command: 'verify', verify: 'simulate', ...changes }));
    await scene.world.iam(scene.world.customerRoot).send(new DeleteRolePolicyCommand(inline));
    await succeeded(run('deploy', { command: 'destroy', 'allow-destroy': 'true', ...changes }));

    const calls = calledBy('KolenaS3Deploy');
    // The negative checks of `verify` are refused by Kolena's trust policy, as they must be.
    const refused = calls.filter(
      ({ action, errorCode = '' }) => errorCode.includes('AccessDenied') && action !== 'sts:AssumeRole',
    );
    expect(refused.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);

    const called = new Set(calls.map(({ action }) => action));
    // AWS asks no permission for it.
    called.delete('sts:GetCallerIdentity');
    const resources = Object.keys({
      ...deployRoleActions.plan,
      ...deployRoleActions.deploy,
    }) as DeployResource[];
    const granted = new Set(resources.flatMap((resource) => actionsOn(resource, 'deploy')));
    expect([...granted].filter((action) => !called.has(action)).sort()).toEqual([]);
    expect([...called].filter((action) => !granted.has(action)).sort()).toEqual([]);
  });

  test('lets go of a state bucket that its file no longer names, and leaves it as it is', async () => {
    const settings = project.read('kolena-s3-bootstrap.yml');
    project.write('kolena-s3-bootstrap.yml', settings.replace('state-bucket: acme-terraform-state', ''));
    await deployed();
    const s3 = scene.world.s3(scene.world.customerRoot);
    const Bucket = 'acme-terraform-state';
    expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
  });
});
