import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreatePolicyVersionCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corsOf } from '../support/cors-of.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedPolicy } from '../support/seed.ts';
import { stopAtFirstFailure } from '../support/story.ts';

let scene: Scene;
const inputs = {
  backend: 's3',
  'backend-config': 'bucket=terraform-state\nkey=kolena/terraform.tfstate\nregion=us-east-1',
};
const lock = { Bucket: 'terraform-state', Key: 'kolena/terraform.tfstate.tflock' };

stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
  await scene.world.createBucket({ name: 'terraform-state' });
  await scene.world.createBucket({ name: 'second', corsRules: foreignRules, objects: { 'a.png': 'a' } });
});
afterAll(() => scene.stop());

describe('with state in S3', () => {
  const both = { buckets: 'share-with-kolena\nsecond' };

  test('moving there from no state at all needs nothing but setting it', async () => {
    const { RoleId } = await setUpByHand(scene.world);
    const { exitCode, outputs, log } = await scene.run({ command: 'apply', ...inputs, ...both });
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ 'to-add': '0', 'to-destroy': '0', verified: 'true' });
    const iam = scene.world.iam(scene.world.customerRoot);
    expect((await iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).Role?.RoleId).toBe(
      RoleId,
    );
    const s3 = scene.world.s3(scene.world.customerRoot);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'terraform-state' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['kolena/terraform.tfstate']);
  });

  test('the next plan has no change', async () => {
    const { exitCode, outputs, log } = await scene.run({ command: 'plan', ...inputs, ...both });
    expect(exitCode, log).toBe(0);
    expect(outputs['has-changes']).toBe('false');
  });

  test('a held lock stops the run and names who holds it', async () => {
    const holder = {
      ID: '0a1b2c3d-0000-0000-0000-000000000000',
      Operation: 'OperationTypeApply',
      Info: '',
      Who: 'runner@another-job',
      Version: '1.11.4',
      Created: '2026-01-01T00:00:00Z',
      Path: 'terraform-state/kolena/terraform.tfstate',
    };
    const s3 = scene.world.s3(scene.world.customerRoot);
    await s3.send(new PutObjectCommand({ ...lock, Body: JSON.stringify(holder) }));
    const waits = { 'lock-timeout': '3s' };
    const { exitCode, errors, outputs } = await scene.run({ command: 'plan', ...inputs, ...both, ...waits });
    expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({ exitCode: 1, reason: 'state-locked' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('runner@another-job');
    await s3.send(new DeleteObjectCommand(lock));
  });

  test('a dropped bucket keeps its foreign rules, and state lets go of it', async () => {
    const { exitCode, log } = await scene.run({ command: 'apply', ...inputs });
    expect(exitCode, log).toBe(0);
    expect(await corsOf(scene.world, 'second')).toEqual(foreignRules);
    const { outputs } = await scene.run({ command: 'plan', ...inputs });
    expect(outputs['has-changes']).toBe('false');
  });

  test('after a run that died between the policy and the state, the plan is refused with the way out, and other rules stay', async () => {
    const added = await scene.run({ command: 'apply', ...inputs, ...both });
    expect(added.exitCode, added.log).toBe(0);
    // What such a run leaves: our rule is gone and the policy no longer grants the bucket, but the state still holds it.
    const { world } = scene;
    const CORSConfiguration = { CORSRules: foreignRules };
    await world
      .s3(world.customerRoot)
      .send(new PutBucketCorsCommand({ Bucket: 'second', CORSConfiguration }));
    await world.iam(world.customerRoot).send(
      new CreatePolicyVersionCommand({
        PolicyArn: added.outputs['policy-arns']?.replace(/^\["|"\]$/g, ''),
        PolicyDocument: JSON.stringify(seedPolicy),
        SetAsDefault: true,
      }),
    );

    const refused = await scene.run({ command: 'apply', ...inputs });
    expect(refused.outputs['failure-reason'], refused.log).toBe('destroy-refused');
    expect(refused.errors[0]).toContain(
      "terraform state rm 'aws_s3_bucket_cors_configuration.bucket_second'",
    );
    expect(await corsOf(world, 'second')).toEqual(foreignRules);

    // One of the two ways out that the refusal names.
    for (const config of [both, {}]) {
      const { exitCode, log } = await scene.run({ command: 'apply', ...inputs, ...config });
      expect(exitCode, log).toBe(0);
    }
    expect(await corsOf(world, 'second')).toEqual(foreignRules);
    const { outputs } = await scene.run({ command: 'plan', ...inputs });
    expect(outputs['has-changes']).toBe('false');
  });

  test('destroy takes everything of ours away', async () => {
    const { exitCode, log } = await scene.run({ command: 'destroy', 'allow-destroy': 'true', ...inputs });
    expect(exitCode, log).toBe(0);
    const iam = scene.world.iam(scene.world.customerRoot);
    await expect(iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual([]);
  });
});
