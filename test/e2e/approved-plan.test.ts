import { DeleteBucketCorsCommand, PutBucketCorsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readMarker, writeMarker, type CommentMarker } from '../../src/report/marker.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn, type IssueComment } from '../support/github-stand-in.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

let scene: Scene;
let github: GitHubStandIn;

let pull: OpenedPullRequest;
/** The comment that the pull request showed when it was approved. */
let approved: IssueComment;
let merged: string;

stopAtFirstFailure();
beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
  pull = github.openPullRequest('Give Kolena access');
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));
beforeEach(() => {
  scene.world.gate.forget();
});

const apply = (commit: string, inputs: Record<string, string> = {}): Promise<ActionResult> =>
  scene.run(
    {
      command: 'apply',
      'require-approved-plan': 'true',
      comment: 'always',
      'github-token': github.jobToken,
      ...inputs,
    },
    { env: { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'push', GITHUB_SHA: commit } },
  );

function expectRefusal({ exitCode, outputs, errors, log }: ActionResult, reason: string): string {
  expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({ exitCode: 1, reason });
  expect(errors).toHaveLength(1);
  expect(scene.world.writes()).toEqual([]);
  return errors[0] ?? '';
}

const markerOf = ({ body }: IssueComment): CommentMarker => {
  const marker = readMarker(body, 'default');
  if (marker === undefined) throw new Error(`no marker in ${body.slice(0, 200)}`);
  return marker;
};

/** The approved comment with another marker. */
const withMarker = (part: Partial<CommentMarker>): string =>
  approved.body.replace(/^<!-- .* -->/, () => writeMarker({ ...markerOf(approved), ...part }));

describe('with require-approved-plan', () => {
  test('the comment on the pull request holds the facts of the plan and the head that it was made for', async () => {
    const env = {
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_REF: `refs/pull/${pull.number}/merge`,
    };
    const inputs = { comment: 'always', 'github-token': github.jobToken };
    const { exitCode, outputs, log } = await scene.run(inputs, { env, event: pull.event });
    expect(exitCode, log).toBe(0);
    const [comment, ...others] = github.commentsOn(pull.number);
    if (comment === undefined) throw new Error('no comment');
    expect(others).toEqual([]);
    const { pull_request } = pull.event;
    expect(markerOf(comment)).toMatchObject({
      shown: { digest: outputs['plan-digest'], head: pull_request.head.sha, isAnew: false },
      history: [],
    });
    expect(markerOf(comment).shown?.facts?.length).toBeGreaterThan(5);
    approved = comment;
  });

  test('a comment that somebody forged approves nothing, and neither does the refusal’s own', async () => {
    const forged = github.openPullRequest('Forged approval');
    github.comment(forged.number, approved.body);
    const commit = github.merge(forged.number);
    const error = expectRefusal(await apply(commit), 'not-approved');
    expect(error).toContain(`pull request ${forged.number}`);
    const [theirs, ours] = github.commentsOn(forged.number);
    expect(theirs?.body).toBe(approved.body);
    expect(ours && markerOf(ours)).not.toHaveProperty('shown');
    expect(ours?.body).toContain('Not applied: no approved plan was found');
  });

  test('a plan of an older head approves nothing', async () => {
    const moved = github.openPullRequest('One commit more');
    const head = 'abcdef0123456789abcdef0123456789abcdef01';
    const { shown } = markerOf(approved);
    const body = withMarker({ ...(shown && { shown: { ...shown, head } }) });
    github.comment(moved.number, body, 'github-actions[bot]');
    const error = expectRefusal(await apply(github.merge(moved.number)), 'not-approved');
    expect(error).toContain(head.slice(0, 7));
  });

  test('a config that is no longer the approved one is refused with the difference', async () => {
    merged = github.merge(pull.number);
    const result = await apply(merged, { buckets: 'share-with-kolena\nnot-shared' });
    const error = expectRefusal(result, 'plan-changed');
    const detail = error.split('\n').filter((line) => /^[+-] /.test(line));
    expect(detail).toEqual([
      expect.stringMatching(/^\+ role .* on not-shared$/),
      expect.stringMatching(/^\+ Kolena's CORS rule .* on bucket not-shared$/),
    ]);
    expect(error).toContain('`workflow_dispatch` on main');
    expect(result.summary).toContain('not-shared');
    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ id }) => id)).toEqual([approved.id]);
    expect(comments.map((comment) => markerOf(comment).shown)).toEqual([markerOf(approved).shown]);
  });

  test('a rule that somebody added since the plan does not go unseen', async () => {
    const s3 = scene.world.s3(scene.world.customerRoot);
    const Bucket = 'share-with-kolena';
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: foreignRules } }));
    scene.world.gate.forget();
    const result = await apply(merged, { cors: 'replace' });
    const calls = scene.world.writes();
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(calls).toEqual([]);
    scene.world.gate.forget();
    const error = expectRefusal(result, 'plan-changed');
    expect(error).toMatch(/^- another CORS rule upload: PUT POST from https:\/\/upload\.example\.com/m);
  });

  test('what was approved is applied, and the same comment shows outcome and checks', async () => {
    const { exitCode, outputs, log } = await apply(merged);
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ 'plan-digest': markerOf(approved).shown?.digest, verified: 'true' });
    const [comment, ...others] = github.commentsOn(pull.number);
    expect(others).toEqual([]);
    expect(outputs['comment-id']).toBe(String(approved.id));
    expect(comment?.id).toBe(approved.id);
    expect(comment?.body).toMatch(
      /^### ✅ Kolena S3 access · applied and proven from inside your account: /m,
    );
    expect(comment?.body).toContain('| Bucket | lists | reads |');
    expect(comment && markerOf(comment)).toMatchObject({
      applied: { commit: merged },
      shown: markerOf(approved).shown,
    });
    expect(comment?.body).toMatch(/<details>\n<summary>Earlier results \(3\)<\/summary>/);
  });

  test('a run that is repeated passes, though its plan is another one', async () => {
    const { exitCode, outputs, log } = await apply(merged);
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ 'has-changes': 'false', verified: 'true' });
    expect(outputs['plan-digest']).not.toBe(markerOf(approved).shown?.digest);
    const comments = github.commentsOn(pull.number);
    expect(comments.map(({ body }) => body)).toEqual([expect.stringContaining('nothing had to be applied')]);
  });
});
