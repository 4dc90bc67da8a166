import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actionBundle } from '../support/bundle.ts';
import { findOnPath } from '../support/find-on-path.ts';
import { node24 } from '../support/node24.ts';
import { startScene, type Scene } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

/** Memory, which Linux mounts as a disk of its own. */
const memory = '/dev/shm';
const hasOtherDisk = existsSync(memory) && statSync(memory).dev !== statSync(tmpdir()).dev;

test('spaces in the paths and no HOME are nothing to a run', async () => {
  const home = mkdtempSync(join(tmpdir(), 'odd runner '));
  const [workspace, temp] = [join(home, 'my workspace'), join(home, 'my temp')];
  mkdirSync(workspace);
  const { exitCode, outputs, log } = await scene.run(
    { command: 'plan' },
    { workspace, env: { HOME: '', RUNNER_TEMP: temp } },
  );
  expect(exitCode, log).toBe(0);
  expect(outputs['plan-json-path']).toContain(temp);
});

test.skipIf(!hasOtherDisk)('RUNNER_TEMP may lie on another disk than the workspace', async () => {
  const temp = mkdtempSync(join(memory, 'runner-temp-'));
  const { exitCode, outputs, log } = await scene.run({ command: 'plan' }, { env: { RUNNER_TEMP: temp } });
  expect(exitCode, log).toBe(0);
  expect(outputs['plan-json-path']).toContain(temp);
});

/** Root alone can become somebody else, who then has to reach the program and what it runs. */
function obstacleToNobody(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  if (findOnPath('setpriv') === undefined) return 'needs setpriv';
  try {
    for (const file of [node24(), actionBundle()])
      execFileSync('setpriv', [...asNobody, 'test', '-r', file], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'nobody cannot read this repository';
  }
}

const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];

const asNobodyRuns = { wrapper: ['setpriv', ...asNobody], env: { HOME: '/nonexistent' } };
const stackTrace = /^\s+at .+:\d+:\d+/m;

test("a container's user who cannot write to RUNNER_TEMP is told so before AWS is touched", async ({
  skip,
}) => {
  const obstacle = obstacleToNobody();
  skip(obstacle !== undefined, obstacle);
  scene.world.gate.forget();
  const { exitCode, errors, log } = await scene.run({ command: 'apply' }, asNobodyRuns);
  expect(exitCode, log).toBe(1);
  expect(errors, log).toEqual([expect.stringMatching(/EACCES[^]*Next step: [^]*RUNNER_TEMP[^]*--user 0/)]);
  expect(log).not.toMatch(stackTrace);
  expect(scene.world.writes()).toEqual([]);
});

test("a container's user who cannot write to the runner's files gets the plan, and one error", async ({
  skip,
}) => {
  const obstacle = obstacleToNobody();
  skip(obstacle !== undefined, obstacle);
  const temp = mkdtempSync(join(tmpdir(), 'everybody-'));
  chmodSync(temp, 0o777);
  const env = { ...asNobodyRuns.env, RUNNER_TEMP: temp };
  const { exitCode, errors, log } = await scene.run({ command: 'plan' }, { ...asNobodyRuns, env });
  expect(exitCode, log).toBe(1);
  expect(log).toMatch(/Plan: 4 to add/);
  expect(errors, log).toEqual([
    expect.stringMatching(/GITHUB_OUTPUT could not be written: EACCES[^]*GITHUB_STEP_SUMMARY[^]*Next step:/),
  ]);
  expect(log).not.toMatch(stackTrace);
});
