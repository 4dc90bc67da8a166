import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { customerAccountId, kolenaAccountId } from '../support/world.ts';

const [oldId, newId] = ['first-external-id/2025', 'second=external+id/2026'];
const accounts = [customerAccountId, kolenaAccountId];

let scene: Scene;
let github: GitHubStandIn;
let pull: OpenedPullRequest;

beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
  pull = github.openPullRequest('A new external ID');
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

const masks = { 'mask-external-id': 'true', 'mask-aws-account-id': 'true' };

const run = (inputs: Record<string, string>, env: Record<string, string>): Promise<ActionResult> =>
  scene.run(
    { comment: 'always', 'github-token': github.jobToken, ...inputs },
    { env: { GITHUB_API_URL: github.url, ...env }, event: 'GITHUB_SHA' in env ? {} : pull.event },
  );

const onPullRequest = (inputs: Record<string, string>) => run(inputs, { GITHUB_EVENT_NAME: 'pull_request' });

/** All that the run showed to anybody, by where it stands. */
function shown({ log, outputs, summary }: ActionResult): Readonly<Record<string, string>> {
  const comments = github.commentsOn(pull.number);
  return {
    log: decodeURIComponent(log.replace(/%(?![0-9A-F]{2})/g, '%25')),
    summary,
    comments: comments.map(({ body }) => body).join('\n'),
    outputs: JSON.stringify(outputs),
  };
}

const found = (text: string, secrets: readonly string[]) => secrets.filter((secret) => text.includes(secret));

// One story, told in order: each test goes on where the one before ended.
describe('an external ID that changes', () => {
  test('shows, as account IDs do, when nothing is masked', async () => {
    const plain = { 'mask-external-id': 'false', 'mask-aws-account-id': 'false' };
    const result = await run(
      { command: 'apply', comment: 'never', 'kolena-external-id': oldId, ...plain },
      { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: 'a'.repeat(40) },
    );
    expect(result.exitCode, result.log).toBe(0);
    const { summary = '', outputs = '' } = shown(result);
    expect(found(summary, [oldId, ...accounts])).toEqual([oldId, ...accounts]);
    expect(found(outputs, [customerAccountId])).toEqual([customerAccountId]);
  });

  test.each(['plan', 'apply'])(
    'stands, old and new, nowhere in what %s shows, and is seen to change',
    async (command) => {
      const inputs = { command, 'kolena-external-id': newId, ...masks };
      const commit = command === 'apply' ? github.merge(pull.number) : '';
      const result = await (command === 'plan'
        ? onPullRequest(inputs)
        : run(inputs, { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: commit }));
      expect(result.exitCode, result.log).toBe(0);
      expect(result.outputs['to-change']).toBe('1');
      const texts = shown(result);
      for (const [where, text] of Object.entries(texts))
        expect(found(text, [oldId, newId, ...accounts]), where).toEqual([]);
      for (const text of [texts['summary'], texts['comments']]) {
        expect(text).toMatch(/^- .*\*\*\*[12]/m);
        expect(text).toMatch(/^\+ .*\*\*\*[12]/m);
        expect(text).toMatch(/arn:aws:iam::\*\*\*account\d?:role\//);
      }
      expect(result.outputs['role-arn']).toMatch(/^arn:aws:iam::\*\*\*account\d?:role\/KolenaS3ReadAccess$/);
    },
  );
});

test('an account ID is masked in a refusal that comes before anything is known of it', async () => {
  const result = await run(
    { ...masks, comment: 'never', 'allowed-account-ids': '999988887777' },
    { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: 'a'.repeat(40) },
  );
  expect(result.outputs['failure-reason']).toBe('wrong-account');
  for (const [where, text] of Object.entries(shown(result))) expect(found(text, accounts), where).toEqual([]);
});

test('an external ID of two characters is masked, and the words that hold it stay whole', async () => {
  const result = await run(
    { comment: 'never', 'kolena-external-id': 's3', verify: 'off' },
    { GITHUB_EVENT_NAME: 'push', GITHUB_SHA: 'a'.repeat(40) },
  );
  expect(result.exitCode, result.log).toBe(0);
  expect(result.summary).toContain('external ID `***1` required');
  expect(result.summary).not.toMatch(/["'`]s3["'`]/);
  for (const word of ['KolenaS3ReadAccess', 'aws_iam_role', 'sts:ExternalId', 'share-with-kolena'])
    expect(result.summary).toContain(word);
});
