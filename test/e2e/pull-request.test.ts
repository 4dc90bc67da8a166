import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGitHub, type GitHubStandIn } from '../support/github.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { policyOf } from '../verify/guarded.ts';

let scene: Scene;
let github: GitHubStandIn;
type PullRequest = Awaited<ReturnType<GitHubStandIn['openPullRequest']>>;

beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

const on = (pull: PullRequest, inputs: Record<string, string> = {}): Promise<ActionResult> =>
  scene.run(
    { comment: 'always', 'github-token': github.jobToken, verify: 'off', ...inputs },
    {
      env: {
        GITHUB_API_URL: github.url,
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_REF: `refs/pull/${pull.number}/merge`,
      },
      event: pull.event,
    },
  );

describe('a pull request', () => {
  test('gets one comment, which later plans write anew', async () => {
    const pull = await github.openPullRequest('Give Kolena access');
    const first = await on(pull);
    expect(first.exitCode, first.log).toBe(0);
    const [comment, ...others] = await github.comments(pull.number);
    expect(others).toEqual([]);
    expect(comment?.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    expect(first.outputs).toMatchObject({
      'comment-id': String(comment?.id),
      'comment-url': comment?.html_url,
    });
    expect(comment?.body).toContain('share-with-kolena');
    expect(comment?.body).not.toContain('example-external-id');

    await github.commentAsPerson(pull.number, comment?.body ?? '');
    const second = await on(pull, { buckets: 'share-with-kolena\nnot-shared' });
    expect(second.exitCode, second.log).toBe(0);
    const comments = await github.comments(pull.number);
    expect(comments.map(({ id, user }) => [id, user.login])).toEqual([
      [comment?.id, 'github-actions[bot]'],
      [expect.any(Number), 'octocat'],
    ]);
    expect(comments[0]?.body).toContain('not-shared');
    expect(comments[0]?.body).toContain('Earlier results (1)');
    expect(comments[1]?.body).toBe(comment?.body);
  });

  test('on a bucket whose policy denies Kolena shows the statement and its fix before anybody merges', async () => {
    const policy = policyOf({
      Sid: 'OnlyTheTeam',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/ci/*', 'arn:aws:iam::*:root'] } },
    });
    await scene.world.createBucket({ name: 'team-only', policy });
    const pull = await github.openPullRequest('Give Kolena a bucket that denies it');
    const { exitCode, log } = await on(pull, { buckets: 'team-only', verify: 'assume' });
    expect(exitCode, log).toBe(0);
    const [comment] = await github.comments(pull.number);
    expect(comment?.body).toMatch(/^### .* · ❌ 1 check failed$/m);
    expect(comment?.body).toMatch(/❌ failed:\*\* The policy of team-only denies Kolena\. .*OnlyTheTeam/);
    expect(comment?.body).toContain('"arn:aws:iam::111122223333:role/KolenaS3ReadAccess"');
  });

  test('whose comment GitHub refuses fails with comment-failed, summary and outputs written', async () => {
    const pull = await github.openPullRequest('Without permissions');
    const path = `/issues/${pull.number}/comments`;
    const message = 'Resource not accessible by integration';
    github.refuse({ status: 403, message, path, times: 1 });
    const { exitCode, errors, outputs, summary } = await on(pull);
    expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({
      exitCode: 1,
      reason: 'comment-failed',
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
    expect(errors[0]).toContain('permissions:\n  pull-requests: write');
    expect(outputs).toMatchObject({ 'has-changes': 'true', 'to-add': '4' });
    expect(outputs['plan-digest']).toMatch(/[0-9a-f]{32}/);
    expect(summary).toContain('aws_iam_role.kolena');
    expect(await github.comments(pull.number)).toEqual([]);
  });
});

// A synth comments as a plan does, in a second instead of several. Their waits pass side by side.
describe.concurrent('the comment of a run', () => {
  const synth = (pull: PullRequest, inputs: Record<string, string> = {}) =>
    on(pull, { command: 'synth', ...inputs });

  test('is written once GitHub’s 502s have passed', async () => {
    const pull = await github.openPullRequest('Bad gateway for a moment');
    github.refuse({ status: 502, message: 'Bad Gateway', path: `/issues/${pull.number}/comments`, times: 2 });
    const { exitCode, annotations, outputs, log } = await synth(pull);
    expect(exitCode, log).toBe(0);
    expect(annotations).toEqual([]);
    const comments = await github.comments(pull.number);
    expect(comments.map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
  });

  test('is given up with a warning when the 502s stay, and the run succeeds', async () => {
    const pull = await github.openPullRequest('Bad gateway for good');
    github.refuse({
      status: 502,
      message: 'Bad Gateway',
      path: `/issues/${pull.number}/comments`,
      times: 100,
    });
    const { exitCode, annotations, outputs, summary, log } = await synth(pull);
    expect(exitCode, log).toBe(0);
    expect(annotations.map(({ level }) => level)).toEqual(['warning']);
    expect(annotations[0]?.message).toContain(`pull request ${pull.number} is not up to date`);
    expect(annotations[0]?.message).toContain('Bad Gateway');
    expect(outputs).not.toHaveProperty('comment-id');
    expect(outputs).not.toHaveProperty('failure-reason');
    expect(summary).toContain('share-with-kolena');
    expect(await github.comments(pull.number)).toEqual([]);
  });

  test('waits as long as a secondary rate limit asks', async () => {
    const pull = await github.openPullRequest('Too fast');
    github.refuse({
      status: 403,
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      headers: { 'retry-after': '1' },
      path: `/issues/${pull.number}/comments`,
      times: 1,
    });
    const { exitCode, annotations, log } = await synth(pull);
    expect(exitCode, log).toBe(0);
    expect(annotations).toEqual([]);
    expect(log).toContain('secondary rate limit is reached for 1 s; waiting');
    expect(await github.comments(pull.number)).toHaveLength(1);
  });

  test('is found behind a hundred others and written anew', async () => {
    const pull = await github.openPullRequest('Much talked about');
    for (let at = 0; at < 101; at += 1) await github.commentAsPerson(pull.number, `Remark ${at}`);
    const first = await synth(pull);
    expect(first.exitCode, first.log).toBe(0);
    const second = await synth(pull, { buckets: 'not-shared' });
    expect(second.exitCode, second.log).toBe(0);
    const comments = await github.comments(pull.number);
    expect(comments).toHaveLength(102);
    expect(String(comments.at(-1)?.id)).toBe(first.outputs['comment-id']);
    expect(second.outputs['comment-id']).toBe(first.outputs['comment-id']);
    expect(comments.at(-1)?.body).toContain('not-shared');
  });

  test('says that a config is not valid in place of the plan before it', async () => {
    const pull = await github.openPullRequest('A typing error');
    const planned = await synth(pull);
    const { exitCode, errors, outputs, log } = await synth(pull, { buckets: 'Share_With_Kolena' });
    expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({
      exitCode: 1,
      reason: 'invalid-input',
    });
    expect(errors).toHaveLength(1);
    const [comment, ...others] = await github.comments(pull.number);
    expect(others).toEqual([]);
    expect(String(comment?.id)).toBe(planned.outputs['comment-id']);
    expect(comment?.body).toContain('❌ The configuration is not valid: nothing was changed');
    expect(comment?.body).toContain('Share_With_Kolena');
  });

  test('stands beside that of another comment-key', async () => {
    const pull = await github.openPullRequest('Two accounts');
    for (const [key, bucket] of [
      ['labeling', 'share-with-kolena'],
      ['labeling-archive', 'not-shared'],
      ['labeling', 'share-with-kolena'],
    ] as const) {
      const { exitCode, log } = await synth(pull, { 'comment-key': key, buckets: bucket });
      expect(exitCode, log).toBe(0);
    }
    const comments = await github.comments(pull.number);
    expect(comments.map(({ body }) => body.includes('Earlier results (1)'))).toEqual([true, false]);
    expect(comments.map(({ body }) => /share-with-kolena|not-shared/.exec(body)?.[0])).toEqual([
      'share-with-kolena',
      'not-shared',
    ]);
  });
});
