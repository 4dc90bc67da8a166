import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actAsKolena, promised } from '../support/act-as-kolena.ts';
import { corsOf } from '../support/cors-of.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedCors, seedExternalId, seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { recordTerraform } from '../support/terraform.ts';
import { customerAccountId, kolenaPrincipalArn } from '../support/world.ts';
import { stopAtFirstFailure } from '../support/story.ts';

const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3ReadAccess`;
const policyArn = `arn:aws:iam::${customerAccountId}:policy/KolenaS3ReadAccess`;

let scene: Scene;
let plannedDigest: string | undefined;
stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

/** A run that succeeded; else the test shows its whole log. */
function succeeded(result: ActionResult): ActionResult {
  expect(result.exitCode, result.log).toBe(0);
  return result;
}

describe('the main job', () => {
  test('the job plans with init, plan and show alone, and changes nothing', async () => {
    const recorded = recordTerraform(scene.terraform.binary);
    scene.world.gate.forget();
    const { outputs, summary } = succeeded(
      await scene.run({ command: 'plan' }, { env: { PATH: recorded.path } }),
    );
    expect(recorded.commands().map(([command]) => command)).toEqual(['init', 'plan', 'show']);
    expect(outputs).toMatchObject({
      'has-changes': 'true',
      'to-add': '4',
      'to-change': '0',
      'to-destroy': '0',
      'to-import': '0',
      'role-name': 'KolenaS3ReadAccess',
    });
    expect(outputs['plan-digest']).toMatch(/[0-9a-f]{32}/);
    plannedDigest = outputs['plan-digest'];
    expect(summary).toContain('aws_iam_role.kolena');
    expect(scene.world.writes()).toEqual([]);
  });

  test('the job warns in the log, too, where no external ID is demanded, and tells what synth did not look at', async () => {
    const inputs = { command: 'synth', 'kolena-external-id': '' };
    const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' };
    const { annotations, log } = succeeded(await scene.run(inputs, { env }));
    expect(annotations).toMatchObject([{ level: 'warning' }]);
    expect(annotations[0]?.message).toMatch(/confused deputy[^]*Next step: .*kolena-external-id/);
    expect(log).toContain('No AWS credentials: nothing was observed');
  });

  test('the job applies the same plan, with the provider as HashiCorp ships it, and proves the access', async () => {
    const env = scene.terraform.untouched;
    const { outputs, summary } = succeeded(await scene.run({ command: 'apply' }, { env }));
    expect(outputs).toMatchObject({ 'to-add': '4', verified: 'true', 'role-arn': roleArn });
    expect(outputs['plan-digest']).toBe(plannedDigest);
    expect(JSON.parse(outputs['policy-arns'] ?? '')).toEqual([policyArn]);
    const checks = JSON.parse(outputs['checks'] ?? '') as { status: string }[];
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(summary).toContain('share-with-kolena');
  });

  test('the job leaves the page’s three documents in AWS, and trusts nobody but Kolena', async () => {
    expect(await scene.world.trustPolicy()).toEqual(seedTrustPolicy(kolenaPrincipalArn));
    const iam = scene.world.iam(scene.world.customerRoot);
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'KolenaS3ReadAccess' }));
    expect(attached.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn)).toEqual([policyArn]);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: policyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: policyArn, VersionId: Policy?.DefaultVersionId }),
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual(seedPolicy);
    // S3 keeps no empty ExposeHeaders; the rule's ID is ours.
    const [rule] = seedCors;
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual([
      { ...rule, ExposeHeaders: undefined, ID: expect.any(String) as string },
    ]);
  });

  test('the job gives Kolena what the page promises, and nothing else', async () => {
    expect(await actAsKolena(scene.world, { roleArn, externalId: seedExternalId })).toEqual(promised);
  });

  test('the job verifies again without changing anything that stays', async () => {
    const { outputs } = succeeded(await scene.run({ command: 'verify' }));
    expect(outputs['verified']).toBe('true');
    expect(await scene.world.trustPolicy()).toEqual(seedTrustPolicy(kolenaPrincipalArn));
  });

  test('the job finds nothing to change in a second plan', async () => {
    const { outputs } = succeeded(await scene.run({ command: 'plan', 'fail-on-changes': 'true' }));
    expect(outputs).toMatchObject({
      'has-changes': 'false',
      'to-add': '0',
      'to-change': '0',
      'to-destroy': '0',
    });
  });

  test('the job refuses to destroy without leave', async () => {
    const { exitCode, errors, outputs } = await scene.run({ command: 'destroy' });
    expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({
      exitCode: 1,
      reason: 'destroy-refused',
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('allow-destroy');
  });

  test('the job takes everything away again', async () => {
    succeeded(await scene.run({ command: 'destroy', 'allow-destroy': 'true' }));
    const iam = scene.world.iam(scene.world.customerRoot);
    await expect(iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    await expect(iam.send(new GetPolicyCommand({ PolicyArn: policyArn }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual([]);
  });
});
