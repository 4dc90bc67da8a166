import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setUpByHand } from '../support/hand-made.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedTrustPolicy } from '../support/seed.ts';
import { kolenaPrincipalArn } from '../support/world.ts';

const goodTrust = seedTrustPolicy(kolenaPrincipalArn);

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  await setUpByHand(scene.world);
});
afterAll(() => scene.stop());

let release: () => void;
beforeEach(() => {
  // The check is in the middle for as long as its read is not answered.
  release = scene.world.gate.fail({ action: 's3:GetObject', delay: 5_000 });
});

const inMidCheck = /Assumed the role as/;

describe('a check that is ended in the middle', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s leaves the trust policy as it was', async (signal) => {
    const { exitCode, outputs, errors } = await scene.run(
      { command: 'verify' },
      { interrupt: { at: inMidCheck, signal } },
    );
    expect(exitCode).not.toBe(0);
    expect(errors.join('\n')).toContain(signal);
    expect(outputs['failure-reason']).toBe('verification-failed');
    expect(await scene.world.trustPolicy()).toEqual(goodTrust);
  });

  test('by SIGKILL leaves a statement that ends by itself, which the next check clears', async () => {
    await scene.run({ command: 'verify' }, { interrupt: { at: inMidCheck, signal: 'SIGKILL' } });
    const [left, ...others] = (await scene.world.trustPolicy()).Statement.filter(
      ({ Sid }) => Sid !== 'KolenaAssumeRole',
    );
    expect(others).toEqual([]);
    const end = left?.Condition?.['DateLessThan']?.['aws:CurrentTime'];
    expect(left?.Sid).toBe('KolenaVerifyTemporary');
    expect(Date.parse(String(end)) - Date.now()).toBeLessThan(10 * 60_000);
    release();
    const { exitCode, outputs, log } = await scene.run({ command: 'verify' });
    expect(exitCode, log).toBe(0);
    expect(outputs['verified']).toBe('true');
    expect(await scene.world.trustPolicy()).toEqual(goodTrust);
  });
});
