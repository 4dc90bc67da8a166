import { describe, expect, test } from 'vitest';
import { readEvent } from '../../src/github/event.ts';

/** As on https://docs.github.com/actions/reference/workflows-and-actions/variables */
const env = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'octo-org/octo-repo',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_ATTEMPT: '3',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_REF: 'refs/pull/7/merge',
};
const pullRequest = (head: unknown, more = {}) => ({
  pull_request: {
    number: 7,
    merged: false,
    head: { sha: 'headsha', repo: head },
    base: { ref: 'main', repo: { full_name: 'octo-org/octo-repo' } },
    ...more,
  },
  repository: { full_name: 'octo-org/octo-repo' },
});
const own = { full_name: 'octo-org/octo-repo' };

test('a pull request is read with its head, not with the merge commit that is checked out', () => {
  expect(readEvent(env, pullRequest(own))).toEqual({
    kind: 'pull_request',
    apiUrl: 'https://api.github.com',
    repository: 'octo-org/octo-repo',
    commit: 'headsha',
    branch: 'main',
    runUrl: 'https://github.com/octo-org/octo-repo/actions/runs/1658821493/attempts/3',
    isAnew: true,
    pullRequest: { number: 7, head: 'headsha', merged: false },
  });
});

describe('a fork', () => {
  test('is told by the repository of the head', () => {
    expect(readEvent(env, pullRequest({ full_name: 'octocat/octo-repo' })).pullRequest?.fork).toBe(
      'octocat/octo-repo',
    );
  });

  test('a fork that was deleted is still a fork', () => {
    expect(readEvent(env, pullRequest(null)).pullRequest?.fork).toBe('(deleted)');
  });

  test('is told whatever the event: pull_request_target and reviews too', () => {
    for (const name of ['pull_request_target', 'pull_request_review']) {
      const event = readEvent(
        { ...env, GITHUB_EVENT_NAME: name },
        pullRequest({ full_name: 'octocat/octo-repo' }),
      );
      expect(event.pullRequest?.fork).toBe('octocat/octo-repo');
    }
  });
});

test.each([
  ['pull_request', 'pull_request'],
  ['pull_request_target', 'pull_request_target'],
  ['push', 'push'],
  ['merge_group', 'merge_group'],
  ['workflow_dispatch', 'workflow_dispatch'],
  ['schedule', 'schedule'],
  ['issue_comment', 'issue_comment'],
  ['workflow_run', 'workflow_run'],
  ['pull_request_review', 'pull_request_review'],
  ['release', 'other'],
  [undefined, 'other'],
] as const)('the event %s is a %s', (name, kind) => {
  expect(readEvent({ ...env, GITHUB_EVENT_NAME: name }, {}).kind).toBe(kind);
});

test('a push has its commit and branch, and no pull request', () => {
  const event = readEvent({ ...env, GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/release/1.x' }, {});
  expect(event).toMatchObject({ commit: env.GITHUB_SHA, branch: 'release/1.x' });
  expect(event).not.toHaveProperty('pullRequest');
});

test('a merge group tells the branch that it goes to, and no pull request', () => {
  const merge_group = {
    head_ref: 'refs/heads/gh-readonly-queue/main/pr-104-9ccfd7b5f0b4a4a2a4a4ec1a4a4a4ec1a4a4a4ec',
    base_ref: 'refs/heads/main',
  };
  const event = readEvent({ ...env, GITHUB_EVENT_NAME: 'merge_group' }, { merge_group });
  expect(event).toMatchObject({ kind: 'merge_group', branch: 'main' });
  expect(event).not.toHaveProperty('pullRequest');
});

test('GitHub Enterprise has its own addresses', () => {
  const enterprise = {
    ...env,
    GITHUB_API_URL: 'https://ghe.example/api/v3',
    GITHUB_SERVER_URL: 'https://ghe.example',
  };
  expect(readEvent(enterprise, pullRequest(own))).toMatchObject({
    apiUrl: 'https://ghe.example/api/v3',
    runUrl: 'https://ghe.example/octo-org/octo-repo/actions/runs/1658821493/attempts/3',
  });
});

test('outside of GitHub there is nothing', () => {
  expect(readEvent({}, undefined)).toEqual({ kind: 'other', apiUrl: 'https://api.github.com' });
});

describe('whose pull request an event is about', () => {
  const on = (kind: string, payload: object, more = {}) =>
    readEvent({ ...env, GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_NAME: kind, ...more }, payload);

  test('a comment on a pull request tells its number, and one on an issue none', () => {
    const issue = { number: 11, pull_request: { merged_at: null } };
    expect(on('issue_comment', { issue }).commentedPullRequest).toBe(11);
    expect(on('issue_comment', { issue: { number: 11 } })).not.toHaveProperty('commentedPullRequest');
  });

  const followed = (part: object) => ({
    workflow_run: {
      event: 'pull_request',
      head_repository: own,
      pull_requests: [{ number: 7, head: { sha: 'headsha' } }],
      ...part,
    },
    repository: own,
  });

  test('a run that follows a fork’s is the fork’s', () => {
    const fork = { head_repository: { full_name: 'octocat/octo-repo' }, pull_requests: [] };
    expect(on('workflow_run', followed(fork)).fork).toBe('octocat/octo-repo');
    expect(on('workflow_run', followed({ head_repository: null, pull_requests: [] })).fork).toBe('(deleted)');
    expect(on('workflow_run', followed({}))).not.toHaveProperty('fork');
  });

  test('a run that follows another is about its pull request, unless that was a push', () => {
    expect(on('workflow_run', followed({})).pullRequest).toEqual({
      number: 7,
      head: 'headsha',
      merged: false,
    });
    expect(on('workflow_run', followed({ event: 'push' }))).not.toHaveProperty('pullRequest');
  });

  test('a merged pull request is about the commit that the merge made', () => {
    const event = on('pull_request', pullRequest(own, { merged: true, merge_commit_sha: 'mergesha' }));
    expect(event).toMatchObject({ commit: 'mergesha', pullRequest: { head: 'headsha', merged: true } });
  });

  test.each([
    ['Give Kolena access (#12)\n\nLonger (#13)', 12],
    ['Merge pull request #14 from octo-org/topic', 14],
    ['See #15', undefined],
  ])('a merge commit names it: %j', (message, hint) => {
    expect(on('push', { head_commit: { message } }).hint).toBe(hint);
  });
});

test.each([
  [{}, undefined],
  [{ GITHUB_ACTOR: 'dependabot[bot]' }, true],
  [{ GITHUB_ACTOR: 'dependabot[bot]', ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token' }, undefined],
])('of Dependabot, %j is without a token: %s', (more, expected) => {
  expect(readEvent({ ...env, ...more }, {}).isWithoutToken).toBe(expected);
});

test('the workflow file and the job are told, and a tag is of the default branch', () => {
  const more = {
    GITHUB_WORKFLOW_REF: 'octo-org/octo-repo/.github/workflows/access.yml@refs/tags/v1',
    GITHUB_JOB: 'apply',
    GITHUB_REF: 'refs/tags/v1',
    GITHUB_EVENT_NAME: 'push',
  };
  expect(readEvent({ ...env, ...more }, { repository: { default_branch: 'trunk' } })).toMatchObject({
    workflow: '.github/workflows/access.yml',
    job: 'apply',
    branch: 'trunk',
  });
});
