import { DeleteBucketCorsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

let scene: Scene;
let github: GitHubStandIn;

stopAtFirstFailure();
beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

const run = (command: string, eventName: string) =>
  scene.run(
    {
      command,
      'drift-issue': 'true',
      'fail-on-changes': 'true',
      'github-token': github.jobToken,
      verify: 'off',
    },
    { env: { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: eventName, GITHUB_REF: 'refs/heads/main' } },
  );

test('nothing differs after an apply, and no issue is opened', async () => {
  expect(await run('apply', 'push')).toMatchObject({ exitCode: 0 });
  const { exitCode, log } = await run('plan', 'schedule');
  expect(exitCode, log).toBe(0);
  expect(github.issues).toEqual([]);
});

test('somebody takes the CORS rule off: one issue says so, and the run fails', async () => {
  await scene.world
    .s3(scene.world.customerRoot)
    .send(new DeleteBucketCorsCommand({ Bucket: 'share-with-kolena' }));
  const { exitCode, outputs, log } = await run('plan', 'schedule');
  expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({
    exitCode: 1,
    reason: 'plan-changed',
  });
  const [issue, ...others] = github.issues;
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: 'open', user: { login: 'github-actions[bot]' } });
  // No pull request has shown what the config does.
  expect(issue?.body).toContain('**The config or AWS changed.**');
  expect(issue?.body).toContain('share-with-kolena');
  expect(issue?.body).not.toContain(scene.world.endpoint);
  expect(log.trimEnd().split('\n').at(-1)).toContain(`/issues/${issue?.number ?? 'none'}`);
});

test('the next morning it is still one', async () => {
  expect(await run('plan', 'schedule')).toMatchObject({ exitCode: 1 });
  expect(github.issues).toMatchObject([{ state: 'open' }]);
});

test('an apply mends it, and the next look closes the issue', async () => {
  expect(await run('apply', 'push')).toMatchObject({ exitCode: 0 });
  expect(await run('plan', 'schedule')).toMatchObject({ exitCode: 0 });
  expect(github.issues).toMatchObject([{ state: 'closed' }]);
});
