import { ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { corsOf } from '../support/cors-of.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const;
const buckets = Array.from({ length: 200 }, (_, index) => ({
  name: `vision-dataset-${String(index).padStart(3, '0')}`,
  region: regions[index % regions.length] ?? 'us-east-1',
  objects: { 'images/0001.png': 'image' },
  ...(index % 50 === 7 && { corsRules: foreignRules }),
}));
const inputs = { buckets: buckets.map(({ name }) => name).join('\n') };

let scene: Scene;
stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
  for (let at = 0; at < buckets.length; at += 20) {
    await Promise.all(buckets.slice(at, at + 20).map((bucket) => scene.world.createBucket(bucket)));
  }
});
afterAll(() => scene.stop());

test('200 buckets in three regions are planned, applied and verified', async () => {
  const { exitCode, outputs, log } = await scene.run({ command: 'apply', ...inputs });
  expect(exitCode, log).toBe(0);
  expect(outputs).toMatchObject({ verified: 'true', 'to-import': '4', 'to-destroy': '0' });
  const iam = scene.world.iam(scene.world.customerRoot);
  const { AttachedPolicies } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: 'KolenaS3ReadAccess' }),
  );
  // A bucket's two ARNs take about 80 characters of a policy's 6,144.
  expect(AttachedPolicies?.map(({ PolicyName }) => PolicyName).sort()).toEqual([
    'KolenaS3ReadAccess',
    'KolenaS3ReadAccess-2',
    'KolenaS3ReadAccess-3',
  ]);
});

test('each bucket has our rule, after those that it had', async () => {
  for (const { name, region, corsRules = [] } of buckets) {
    const rules = await corsOf(scene.world, name, region);
    expect(rules.slice(0, -1), name).toEqual(corsRules);
    expect(rules.at(-1)?.AllowedOrigins, name).toEqual(['https://app.kolena.io']);
  }
});
