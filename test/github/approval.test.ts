import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findApproval } from '../../src/github/approval.ts';
import { openGitHub, type GitHub } from '../../src/github/client.ts';
import type { EventContext } from '../../src/github/event.ts';
import { writeMarker } from '../../src/report/marker.ts';
import { startGitHub, type GitHubStandIn } from './github-stand-in.ts';
import { logTo } from '../support/log.ts';

const log = logTo();
const push: EventContext = { kind: 'push', apiUrl: '', commit: 'abc', branch: 'main' };
const pull = (part = {}) => ({
  number: 7,
  html_url: 'https://github.com/o/r/pull/7',
  merged: true,
  merged_at: '2026-11-23T09:00:00Z',
  merge_commit_sha: 'abc',
  head: { sha: 'head-2' },
  base: { ref: 'main' },
  ...part,
});
const pullRequest = { number: 7, url: 'https://github.com/o/r/pull/7', head: 'head-2' };
const marker = (part = {}) =>
  writeMarker({
    key: 'default',
    digest: 'digest-1',
    head: 'head-2',
    latest: { time: 't', verdict: 'v' },
    history: [],
    ...part,
  });

let server: GitHubStandIn;
let github: GitHub;
const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
beforeEach(async () => {
  server = await startGitHub();
  github = openGitHub({ token: 'ghs_example', repository: 'o/r', apiUrl: server.url, clock, log });
});
afterEach(() => server.close());

const find = (event: EventContext = push) => findApproval(github, { event, key: 'default' });
const comment = (body: string, login = 'github-actions[bot]') =>
  server.comments.push({ id: 1, body, user: { login } });

describe('the approval of a commit', () => {
  test('is what our comment on its merged pull request showed', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    comment(marker());
    expect(await find()).toEqual({ pullRequest, shown: { digest: 'digest-1', head: 'head-2' } });
  });

  test.each([
    ['was not merged', { merged_at: null }],
    ['went to another branch', { base: { ref: 'develop' } }],
  ])('is not of a pull request that %s', async (_, part) => {
    server.pullsOfCommit['abc'] = [pull(part)];
    comment(marker());
    expect(await find()).toEqual({});
  });

  test('is of the pull request whose merge made the commit, where it belongs to several', async () => {
    server.pullsOfCommit['abc'] = [
      pull({ number: 3, merge_commit_sha: 'other', merged_at: '2026-11-23T10:00:00Z' }),
      pull(),
    ];
    expect((await find()).pullRequest?.number).toBe(7);
  });

  test.each([
    ['a person', () => comment(marker(), 'octocat')],
    ['another key', () => comment(marker({ key: 'staging' }))],
    ['no plan', () => comment(marker({ digest: undefined }))],
  ])('is none from a comment of %s', async (_, write) => {
    server.pullsOfCommit['abc'] = [pull()];
    write();
    expect(await find()).toEqual({ pullRequest });
  });

  test('is of the queued pull request in a merge group, merged or not', async () => {
    server.pulls[7] = pull({ merged: false });
    comment(marker());
    const approval = await find({ kind: 'merge_group', apiUrl: '', commit: 'queue', queuedPullRequest: 7 });
    expect(approval.shown).toEqual({ digest: 'digest-1', head: 'head-2' });
  });

  test('is none for a pull request that is still open', async () => {
    server.pulls[7] = pull({ merged: false });
    comment(marker());
    const event = {
      ...push,
      kind: 'pull_request',
      pullRequest: { number: 7, head: 'head-2', merged: false },
    } as const;
    expect(await find(event)).toEqual({});
  });

  test('is read after a 502, and cannot be had when GitHub refuses', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    server.faults.push({ request: /commits\/abc/, status: 502 });
    expect((await find()).pullRequest?.number).toBe(7);
    server.faults.push({
      request: /commits\/abc/,
      status: 403,
      message: 'Resource not accessible by integration',
    });
    await expect(find()).rejects.toMatchObject({
      reason: 'not-approved',
      remedy: expect.stringContaining('pull-requests: write') as string,
    });
  });
});

test('an approval that cannot be read while GitHub fails says to run again, not to grant more', async () => {
  for (let time = 0; time < 9; time++)
    server.faults.push({ request: /commits\/abc/, status: 502, message: 'Bad Gateway' });
  await expect(find()).rejects.toMatchObject({
    reason: 'not-approved',
    message: expect.stringContaining('Bad Gateway') as string,
    remedy: expect.stringContaining('Run the job again') as string,
  });
});
