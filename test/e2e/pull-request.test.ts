import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { policyOf } from '../verify/guarded.ts';

let scene: Scene;
let github: GitHubStandIn;

beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));

/** Requests that write a comment on it. */
const commentOn = ({ number }: OpenedPullRequest) => new RegExp(`^POST .*/issues/${number}/comments$`);

const on = (pull: OpenedPullRequest, inputs: Record<string, string> = {}): Promise<ActionResult> =>
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
  test('a pull request gets one comment, which later plans write anew', async () => {
    const pull = github.openPullRequest('Give Kolena access');
    const first = await on(pull);
    expect(first.exitCode, first.log).toBe(0);
    const [comment, ...others] = github.commentsOn(pull.number);
    expect(others).toEqual([]);
    expect(comment?.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    expect(first.outputs).toMatchObject({
      'comment-id': String(comment?.id),
      'comment-url': comment?.html_url,
    });
    expect(comment?.body).toContain('share-with-kolena');
    expect(comment?.body).not.toContain('example-external-id');

    github.comment(pull.number, comment?.body ?? '');
    const second = await on(pull, { buckets: 'share-with-kolena\nnot-shared' });
    expect(second.exitCode, second.log).toBe(0);
    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ id, user }) => [id, user.login])).toEqual([
      [comment?.id, 'github-actions[bot]'],
      [expect.any(Number), 'octocat'],
    ]);
    expect(comments[0]?.body).toContain('not-shared');
    expect(comments[0]?.body).toContain('Earlier results (1)');
    expect(comments[1]?.body).toBe(comment?.body);
  });

  test('a pull request on a bucket whose policy denies Kolena shows the statement and its fix before anybody merges', async () => {
    const policy = policyOf({
      Sid: 'OnlyTheTeam',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/ci/*', 'arn:aws:iam::*:root'] } },
    });
    await scene.world.createBucket({ name: 'team-only', policy });
    const pull = github.openPullRequest('Give Kolena a bucket that denies it');
    const { exitCode, log } = await on(pull, { buckets: 'team-only', verify: 'assume' });
    expect(exitCode, log).toBe(0);
    const [comment] = github.commentsOn(pull.number);
    expect(comment?.body).toMatch(/^### .* · ❌ 1 check failed$/m);
    expect(comment?.body).toMatch(
      /❌ failed:\*\* The bucket policy of team-only denies Kolena access\. .*OnlyTheTeam/,
    );
    expect(comment?.body).toContain('"arn:aws:iam::111122223333:role/KolenaS3ReadAccess"');
  });

  test('a pull request whose comment GitHub refuses fails with comment-failed, summary and outputs written', async () => {
    const pull = github.openPullRequest('Without permissions');
    const message = 'Resource not accessible by integration';
    github.faults.push({ request: commentOn(pull), status: 403, message });
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
    expect(github.commentsOn(pull.number)).toEqual([]);
  });
});

// A synth comments as a plan does, in a second instead of several. Their waits pass side by side.
describe.concurrent('the comment of a run', () => {
  const synth = (pull: OpenedPullRequest, inputs: Record<string, string> = {}) =>
    on(pull, { command: 'synth', ...inputs });

  test('a comment is written once GitHub’s 502s have passed', async () => {
    const pull = github.openPullRequest('Bad gateway for a moment');
    github.faults.push({ request: commentOn(pull), status: 502, message: 'Bad Gateway', times: 2 });
    const { exitCode, annotations, outputs, log } = await synth(pull);
    expect(exitCode, log).toBe(0);
    expect(annotations).toEqual([]);
    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
  });

  test('a comment is given up with a warning when the 502s stay, and the run succeeds', async () => {
    const pull = github.openPullRequest('Bad gateway for good');
    github.faults.push({
      request: commentOn(pull),
      status: 502,
      message: 'Bad Gateway',
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
    expect(github.commentsOn(pull.number)).toEqual([]);
  });

  test('a comment waits as long as a secondary rate limit asks', async () => {
    const pull = github.openPullRequest('Too fast');
    github.faults.push({
      request: commentOn(pull),
      status: 403,
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      headers: { 'retry-after': '1' },
    });
    const { exitCode, annotations, log } = await synth(pull);
    expect(exitCode, log).toBe(0);
    expect(annotations).toEqual([]);
    expect(log).toContain('secondary rate limit is reached for 1 s; waiting');
    expect(github.commentsOn(pull.number)).toHaveLength(1);
  });

  test('a comment is found behind a hundred others and written anew', async () => {
    const pull = github.openPullRequest('Much talked about');
    for (let at = 0; at < 101; at += 1) github.comment(pull.number, `Remark ${at}`);
    const first = await synth(pull);
    expect(first.exitCode, first.log).toBe(0);
    const second = await synth(pull, { buckets: 'not-shared' });
    expect(second.exitCode, second.log).toBe(0);
    const comments = github.commentsOn(pull.number);
    expect(comments).toHaveLength(102);
    expect(String(comments.at(-1)?.id)).toBe(first.outputs['comment-id']);
    expect(second.outputs['comment-id']).toBe(first.outputs['comment-id']);
    expect(comments.at(-1)?.body).toContain('not-shared');
  });

  test('a comment says that a config is not valid in place of the plan before it', async () => {
    const pull = github.openPullRequest('A typing error');
    const planned = await synth(pull);
    const { exitCode, errors, outputs, log } = await synth(pull, { buckets: 'Share_With_Kolena' });
    expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({
      exitCode: 1,
      reason: 'invalid-input',
    });
    expect(errors).toHaveLength(1);
    const [comment, ...others] = github.commentsOn(pull.number);
    expect(others).toEqual([]);
    expect(String(comment?.id)).toBe(planned.outputs['comment-id']);
    expect(comment?.body).toContain('❌ The configuration is not valid: nothing was changed');
    expect(comment?.body).toContain('Share_With_Kolena');
  });

  test('a comment stands beside that of another comment-key', async () => {
    const pull = github.openPullRequest('Two accounts');
    for (const [key, bucket] of [
      ['labeling', 'share-with-kolena'],
      ['labeling-archive', 'not-shared'],
      ['labeling', 'share-with-kolena'],
    ] as const) {
      const { exitCode, log } = await synth(pull, { 'comment-key': key, buckets: bucket });
      expect(exitCode, log).toBe(0);
    }
    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ body }) => body.includes('Earlier results (1)'))).toEqual([true, false]);
    expect(comments.map(({ body }) => /share-with-kolena|not-shared/.exec(body)?.[0])).toEqual([
      'share-with-kolena',
      'not-shared',
    ]);
  });
});
