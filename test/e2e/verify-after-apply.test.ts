import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScene, type Scene } from '../support/scene.ts';
import { seedTrustPolicy } from '../support/seed.ts';
import { kolenaPrincipalArn } from '../support/world.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

test('a fresh apply is proven though IAM takes 10 s to spread it and changes its error on the way', async () => {
  const { world } = scene;
  world.gate.propagate({ trustMs: 5_000, permissionMs: 10_000 });
  const unknownKey = {
    status: 403,
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  };
  let waiting = false;
  const { exitCode, outputs, log } = await scene.run(
    { command: 'apply' },
    {
      onLine: (line) => {
        // From here on only the role's session lists: S3 knows nothing of its key yet.
        if (waiting || !line.startsWith('Waiting')) return;
        waiting = true;
        world.gate.fail({ action: 's3:ListBucket', times: 1, answer: unknownKey });
      },
    },
  );
  expect(exitCode, log).toBe(0);
  expect(outputs['verified']).toBe('true');
  const waits = [...log.matchAll(/Waiting (\d+) s for IAM to spread (.*?) \((\w+)\)/g)].map(
    ([, seconds = '', what = '', code = '']) => ({ seconds: Number(seconds), what, code }),
  );
  const seconds = (list: typeof waits) => list.reduce((sum, one) => sum + one.seconds, 0);
  const forTrust = waits.filter(({ what }) => what === 'the trust policy');
  expect(forTrust.slice(0, 3)).toEqual(
    [1, 2, 4].map((seconds) => ({ seconds, what: 'the trust policy', code: 'AccessDenied' })),
  );
  const forPermissions = waits.slice(forTrust.length);
  expect(forPermissions.map(({ what }) => what)).toEqual(forPermissions.map(() => "the role's permissions"));
  expect(forPermissions.map(({ code }) => code)).toEqual([
    'InvalidAccessKeyId',
    ...forPermissions.slice(1).map(() => 'AccessDenied'),
  ]);
  expect(seconds(waits), 'ten seconds less what each answer took').toBeGreaterThanOrEqual(7);
  const trust = await world.trustPolicy();
  expect(trust).toEqual(seedTrustPolicy(kolenaPrincipalArn));
});
