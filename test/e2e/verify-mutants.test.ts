import { GetBucketCorsCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../src/verify/check.ts';
import { setUpByHand } from '../support/hand-made.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { mutants, takeDown } from './mutants.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());
afterEach(() => takeDown(scene.world));

/** The trust policy and the CORS rules, to the letter. */
async function standing(): Promise<string> {
  const { world } = scene;
  const { CORSRules } = await world
    .s3(world.customerRoot)
    .send(new GetBucketCorsCommand({ Bucket: 'share-with-kolena' }));
  return JSON.stringify([await world.trustPolicy(), CORSRules]);
}

function failedChecks({ outputs }: ActionResult): Map<string, Check> {
  const checks = JSON.parse(outputs['checks'] ?? '[]') as Check[];
  return new Map(checks.filter(({ status }) => status === 'fail').map((check) => [check.id, check]));
}

describe('`command: verify` of a set-up that is off', () => {
  test.each(mutants)('fails with its cause: $name', async ({ deviation, inputs, causes }) => {
    await setUpByHand(scene.world, deviation);
    const before = await standing();
    const result = await scene.run({ command: 'verify', ...inputs });
    const { exitCode, outputs, errors, summary, log } = result;
    expect({ exitCode, verified: outputs['verified'], reason: outputs['failure-reason'] }, log).toEqual({
      exitCode: 1,
      verified: 'false',
      reason: 'verification-failed',
    });
    const failed = failedChecks(result);
    expect([...failed.keys()]).toEqual(expect.arrayContaining(Object.keys(causes)));
    expect(errors).toHaveLength(1);
    for (const [id, cause] of Object.entries(causes)) {
      const { title = '', evidence, remedy } = failed.get(id) ?? {};
      expect(evidence).toMatch(cause);
      expect(remedy).toBeTruthy();
      expect(errors[0], 'the one error names the check and its cause').toContain(title);
      expect(errors[0]).toMatch(cause);
      expect(summary.replaceAll('`', '')).toContain(title);
    }
    expect(log).not.toMatch(/Waiting \d+ s/);
    expect(await standing()).toBe(before);
  });

  test('and of one that is as on the page passes', async () => {
    await setUpByHand(scene.world);
    const before = await standing();
    const result = await scene.run({ command: 'verify' });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.outputs).toMatchObject({ verified: 'true' });
    expect(result.outputs['failure-reason']).toBeUndefined();
    expect(failedChecks(result).size).toBe(0);
    expect(await standing()).toBe(before);
  });
});
