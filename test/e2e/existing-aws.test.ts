import {
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actAsKolena, promised } from '../support/act-as-kolena.ts';
import { corsOf } from '../support/cors-of.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedCors, seedExternalId } from '../support/seed.ts';
import { customerAccountId } from '../support/world.ts';
import { stopAtFirstFailure } from '../support/story.ts';

let scene: Scene;
let handMadeRoleId: string | undefined;
const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3ReadAccess`;
const PermissionsBoundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const both = { buckets: 'share-with-kolena\nin-ireland' };

stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
  await scene.world.createBucket({
    name: 'in-ireland',
    region: 'eu-west-1',
    objects: { 'images/0001.png': 'first' },
    corsRules: foreignRules,
  });
  handMadeRoleId = (await setUpByHand(scene.world, { corsRules: [...seedCors, ...foreignRules] })).RoleId;
  await scene.world
    .iam(scene.world.customerRoot)
    .send(new PutRolePermissionsBoundaryCommand({ RoleName: 'KolenaS3ReadAccess', PermissionsBoundary }));
});
afterAll(() => scene.stop());

const role = async () => {
  const iam = scene.world.iam(scene.world.customerRoot);
  return (await iam.send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }))).Role;
};

describe('an account in use', () => {
  test('a set-up made by hand is adopted: nothing is added but the new bucket’s, nothing is destroyed, the role stays the same', async () => {
    const { exitCode, outputs, log } = await scene.run({ command: 'apply', ...both });
    expect(exitCode, log).toBe(0);
    // Role, policy, attachment and both buckets' CORS configurations.
    expect(outputs).toMatchObject({ 'to-add': '0', 'to-destroy': '0', 'to-import': '5', verified: 'true' });
    expect((await role())?.RoleId).toBe(handMadeRoleId);
  });

  test('foreign CORS rules stand as they were, in their order; ours is last and there once, in every region', async () => {
    for (const [bucket, region] of [['share-with-kolena'], ['in-ireland', 'eu-west-1']] as const) {
      const rules = await corsOf(scene.world, bucket, region);
      expect(rules.slice(0, -1)).toEqual(foreignRules);
      expect(rules.at(-1)).toMatchObject({
        AllowedMethods: ['GET'],
        AllowedOrigins: ['https://app.kolena.io'],
      });
    }
  });

  test('Kolena can do what the page promises', async () => {
    expect(await actAsKolena(scene.world, { roleArn, externalId: seedExternalId })).toEqual(promised);
  });

  test('the next plan has no change, and names the boundary that somebody set, which stays', async () => {
    const { exitCode, outputs, log, summary } = await scene.run({
      command: 'plan',
      ...both,
      'fail-on-changes': 'true',
    });
    expect(exitCode, log).toBe(0);
    expect(outputs['has-changes']).toBe('false');
    expect(summary).toContain(`permissions boundary \`${PermissionsBoundary}\``);
    expect((await role())?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(PermissionsBoundary);
  });

  test('names in another case mean the role and policy that stand: no change, and the check proves those', async () => {
    const named = { 'role-name': 'KOLENAS3READACCESS', 'policy-name': 'kolenas3readaccess' };
    const plan = await scene.run({ command: 'plan', ...both, ...named, 'fail-on-changes': 'true' });
    expect(plan.exitCode, plan.log).toBe(0);
    expect(plan.outputs['has-changes']).toBe('false');
    const check = await scene.run({ command: 'verify', ...both, ...named });
    expect(check.outputs, check.log).toMatchObject({ verified: 'true', 'role-arn': roleArn });
    // The policy in another case grants a bucket that this config does not name.
    const narrower = await scene.run({ command: 'verify', ...named });
    expect(narrower.outputs['verified'], narrower.log).toBe('false');
  });

  test('a bucket that is dropped loses our rule and keeps the others', async () => {
    const { exitCode, log } = await scene.run({ command: 'apply' });
    expect(exitCode, log).toBe(0);
    expect(await corsOf(scene.world, 'in-ireland', 'eu-west-1')).toEqual(foreignRules);
    expect(await corsOf(scene.world, 'share-with-kolena')).toHaveLength(foreignRules.length + 1);
    expect((await role())?.RoleId).toBe(handMadeRoleId);
  });

  test('destroy takes our rule, role and policy, and leaves the foreign rules', async () => {
    const { exitCode, log } = await scene.run({ command: 'destroy', 'allow-destroy': 'true' });
    expect(exitCode, log).toBe(0);
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual(foreignRules);
    await expect(role()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('with cors off our rule goes and nothing else does', async () => {
    const { exitCode: created, log: createdLog } = await scene.run({ command: 'apply', verify: 'off' });
    expect(created, createdLog).toBe(0);
    const { exitCode, log } = await scene.run({ command: 'apply', cors: 'off' });
    expect(exitCode, log).toBe(0);
    expect(await corsOf(scene.world, 'share-with-kolena')).toEqual(foreignRules);
    const iam = scene.world.iam(scene.world.customerRoot);
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'KolenaS3ReadAccess' }));
    expect(attached.AttachedPolicies).toHaveLength(1);
  });
});
