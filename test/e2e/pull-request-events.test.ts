import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedPullRequest } from '../support/github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';

let scene: Scene;
let github: GitHubStandIn;
let pull: OpenedPullRequest;

beforeAll(async () => {
  [scene, github] = await Promise.all([startScene(), startGitHub()]);
  pull = github.openPullRequest('Give Kolena access');
});
afterAll(() => Promise.all([scene.stop(), github.stop()]));
beforeEach(() => {
  scene.world.gate.forget();
});

const on = (event: string, inputs: Record<string, string>, payload: object = {}): Promise<ActionResult> =>
  scene.run(
    { comment: 'always', 'github-token': github.jobToken, verify: 'off', ...inputs },
    { env: { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: event }, event: payload },
  );

describe('on a schedule', () => {
  test('drift fails the run when fail-on-changes asks for it, and the summary shows the difference', async () => {
    const { exitCode, outputs, errors, summary, log } = await on('schedule', { 'fail-on-changes': 'true' });
    expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({
      exitCode: 1,
      reason: 'plan-changed',
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('fail-on-changes');
    expect(outputs['has-changes']).toBe('true');
    expect(summary).toMatch(/^\+ .*share-with-kolena/m);
  });

  test('drift is told and the run green without it', async () => {
    const { exitCode, outputs, errors, log } = await on('schedule', {});
    expect(exitCode, log).toBe(0);
    expect(errors).toEqual([]);
    expect(outputs['has-changes']).toBe('true');
    expect(outputs).not.toHaveProperty('comment-id');
  });
});

test('a merge group is planned, and comments nowhere', async () => {
  const head = `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${'a'.repeat(40)}`;
  const payload = {
    action: 'checks_requested',
    merge_group: { head_sha: 'b'.repeat(40), head_ref: head, base_ref: 'refs/heads/main' },
    repository: { full_name: 'octo-org/data-access' },
  };
  const { exitCode, outputs, summary, log } = await on('merge_group', {}, payload);
  expect(exitCode, log).toBe(0);
  expect(outputs['to-add']).toBe('4');
  expect(summary).toContain('aws_iam_role.kolena');
  expect(github.commentsOn(pull.number)).toEqual([]);
});

test.each(['apply', 'destroy'])(
  '%s on pull_request_target is refused before AWS is asked',
  async (command) => {
    const { exitCode, outputs, errors } = await on('pull_request_target', { command }, pull.event);
    expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({ exitCode: 1, reason: 'not-approved' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('pull_request_target');
    expect(scene.world.gate.calls).toEqual([]);
  },
);

test.each(['apply', 'destroy'])('%s on merge_group is refused before AWS is asked', async (command) => {
  const merge_group = { head_sha: 'b'.repeat(40), head_ref: 'refs/heads/gh-readonly-queue/main/pr-1-a' };
  const payload = { merge_group: { ...merge_group, base_ref: 'refs/heads/main' } };
  const { outputs, errors } = await on('merge_group', { command, 'apply-on-pull-request': 'true' }, payload);
  expect(outputs['failure-reason']).toBe('not-approved');
  expect(errors).toEqual([expect.stringContaining('`plan` on merge_group')]);
  expect(scene.world.gate.calls).toEqual([]);
});

test.each(['pull_request', 'pull_request_review'])(
  'apply on %s of an open pull request is refused before AWS is asked',
  async (event) => {
    const { outputs, errors } = await on(event, { command: 'apply' }, pull.event);
    expect(outputs['failure-reason']).toBe('not-approved');
    expect(errors).toEqual([expect.stringContaining('`apply-on-pull-request: true`')]);
    expect(scene.world.gate.calls).toEqual([]);
  },
);

test('a comment on a pull request plans there', async () => {
  const payload = {
    issue: { number: pull.number, pull_request: { merged_at: null } },
    comment: { body: '/kolena plan' },
    repository: { full_name: 'octo-org/data-access', default_branch: 'main' },
  };
  const { exitCode, outputs, log } = await on('issue_comment', {}, payload);
  expect(exitCode, log).toBe(0);
  expect(github.commentsOn(pull.number).map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
});

test('what follows a fork’s workflow is skipped before AWS is asked', async () => {
  const payload = {
    workflow_run: {
      event: 'pull_request',
      head_repository: { full_name: 'octocat/fork' },
      pull_requests: [],
    },
    repository: { full_name: 'octo-org/data-access' },
  };
  const { exitCode, outputs, log } = await on('workflow_run', { command: 'apply' }, payload);
  expect(exitCode, log).toBe(0);
  expect(outputs['skipped']).toBe('true');
  expect(scene.world.gate.calls).toEqual([]);
});

test('a dispatched apply applies', async () => {
  const { exitCode, outputs, annotations, log } = await on('workflow_dispatch', { command: 'apply' });
  expect(exitCode, log).toBe(0);
  expect(outputs['to-add']).toBe('4');
  expect(annotations).toEqual([]);
  expect(scene.world.gate.calls.map(({ action }) => action)).toContain('iam:CreateRole');
});
