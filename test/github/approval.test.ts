import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findMergedPullRequest, findMerges } from '../../src/github/approval.ts';
import { openGitHub, type GitHub } from '../../src/github/client.ts';
import type { EventContext } from '../../src/github/event.ts';
import { findNewer, isOnBranch } from '../../src/github/history.ts';
import { writeMarker, writeSeal } from '../../src/report/marker.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { clientOf } from './client-of.ts';
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
const pullRequest = {
  number: 7,
  url: 'https://github.com/o/r/pull/7',
  head: 'head-2',
  mergedAt: '2026-11-23T09:00:00Z',
};
const shown = { digest: 'digest-1', head: 'head-2', isAnew: false };
const marker = (part = {}) =>
  writeMarker({ key: 'default', shown, latest: { time: 't', verdict: 'v' }, history: [], ...part });

let server: GitHubStandIn;
let github: GitHub;
const waits: number[] = [];
const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => Promise.resolve(void waits.push(milliseconds)),
};
beforeEach(async () => {
  server = await startGitHub();
  github = openGitHub(clientOf(server, { clock, log }));
});
afterEach(() => server.stop());

const files = ['kolena-s3.yml', '.github/workflows/access.yml'];
const find = (event: EventContext = push, more = {}) =>
  findMerges(github, { event, key: 'default', files, ...more });
const comment = (body: string, login = 'github-actions[bot]', issue = 7) =>
  server.comments.push({ id: server.comments.length + 1, body, user: { login }, issue });

describe('the merges that a commit stands on', () => {
  test('are, without a history of files, the pull request that brought it in, with what our comment showed', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    comment(marker());
    expect(await find()).toEqual([{ commit: 'abc', pullRequest, shown }]);
  });

  test('are found among 150 comments of somebody who copied our marker', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    for (let copies = 0; copies < 150; copies += 1) comment(marker(), 'octocat');
    comment(marker());
    expect(await find()).toEqual([{ commit: 'abc', pullRequest, shown }]);
  });

  test.each([
    ['was not merged', { merged_at: null }],
    ['went to another branch', { base: { ref: 'develop' } }],
  ])('hold no pull request that %s', async (_, part) => {
    server.pullsOfCommit['abc'] = [pull(part)];
    comment(marker());
    expect(await find()).toEqual([{ commit: 'abc' }]);
  });

  test('hold the pull request whose merge made the commit, where it belongs to several', async () => {
    server.pullsOfCommit['abc'] = [pull({ number: 3, merged_at: '2026-11-23T10:00:00Z' }), pull()];
    server.merges[3] = { merged: true, mergeCommit: { oid: 'other' } };
    server.merges[7] = { merged: true, mergeCommit: { oid: 'abc' } };
    expect((await find())[0]?.pullRequest?.number).toBe(7);
    server.merges[7] = { merged: true, mergeCommit: { oid: 'another' } };
    await expect(find()).rejects.toMatchObject({
      reason: 'not-approved',
      message: expect.stringContaining('#3, #7') as string,
    });
  });

  test.each([
    ['a person', () => comment(marker(), 'octocat')],
    ['another key', () => comment(marker({ key: 'staging' }))],
    ['no plan', () => comment(marker({ shown: undefined }))],
  ])('hold nothing from a comment of %s', async (_, write) => {
    server.pullsOfCommit['abc'] = [pull()];
    write();
    expect(await find()).toEqual([{ commit: 'abc', pullRequest }]);
  });

  test.each([
    ['octocat', false],
    ['github-actions[bot]', true],
  ])('rely on our comment that %s edited: %s', async (editor, isReliedOn) => {
    server.pullsOfCommit['abc'] = [pull()];
    server.comments.push({ id: 1, body: marker(), user: { login: 'github-actions[bot]' }, editor });
    const expected = isReliedOn ? { shown } : { editedBy: editor };
    expect(await find()).toEqual([{ commit: 'abc', pullRequest, ...expected }]);
  });

  test('tell of a comment whose marker somebody took away that it was edited', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    comment(`Nothing to see.\n${writeSeal('default')}\n`);
    expect(await find()).toEqual([{ commit: 'abc', pullRequest, editedBy: 'somebody' }]);
  });

  test('are none for a pull request that is still open, unless it approves itself', async () => {
    server.pulls[7] = pull({ merged: false });
    comment(marker());
    const open = { number: 7, head: 'head-2', merged: false };
    const event = { ...push, kind: 'pull_request', pullRequest: open } as const;
    expect(await find(event)).toEqual([]);
    expect(await find(event, { openApproves: true })).toMatchObject([{ shown }]);
  });

  test('go back to the last complete apply, by the commits that touched the files alone', async () => {
    const at = (sha: string, minute: number) => ({ sha, minute });
    server.commitsOf['kolena-s3.yml'] = [at('four', 4), at('three', 3), at('one', 1)];
    server.commitsOf['.github/workflows/access.yml'] = [at('three', 3), at('two', 2)];
    for (const [sha, number] of [
      ['four', 4],
      ['three', 3],
      ['two', 2],
      ['one', 1],
    ] as const)
      server.pullsOfCommit[sha] = [pull({ number })];
    comment(marker(), 'github-actions[bot]', 4);
    comment(marker({ applied: { commit: 'two', time: '2026-11-25T10:00:00Z' } }), 'github-actions[bot]', 3);
    comment(marker(), 'github-actions[bot]', 2);
    expect((await find()).map(({ commit, shown: plan }) => [commit, plan !== undefined])).toEqual([
      ['four', true],
      ['three', true],
    ]);
    expect(server.requests.filter((request) => request.includes('/commits/one/'))).toEqual([]);
  });

  test.each([
    ['2026-11-25T09:00:00Z', 0],
    ['2026-11-25T11:00:00Z', 1],
  ])(
    'hold what was applied again when it was planned anew since: planned at %s',
    async (plannedAt, count) => {
      server.commitsOf['kolena-s3.yml'] = [{ sha: 'abc', minute: 1 }];
      server.pullsOfCommit['abc'] = [pull()];
      const applied = { commit: 'abc', time: '2026-11-25T10:00:00Z' };
      comment(marker({ applied, shown: { ...shown, plannedAt } }));
      expect(await find()).toHaveLength(count);
    },
  );

  test('count a pull request of several commits once, and keep a commit that none brought in', async () => {
    const commits = ['b2', 'b1', 'direct', 'a'].map((sha, at) => ({ sha, minute: 9 - at }));
    server.commitsOf['kolena-s3.yml'] = commits;
    server.pullsOfCommit['b1'] = server.pullsOfCommit['b2'] = [pull({ number: 8 })];
    server.pullsOfCommit['a'] = [pull({ number: 7 })];
    const merges = await find({ ...push, kind: 'schedule' });
    expect(merges.map(({ commit, pullRequest: by }) => [commit, by?.number])).toEqual([
      ['b2', 8],
      ['direct', undefined],
      ['a', 7],
    ]);
  });

  test('the merges of a commit are read after a 502, and cannot be had when GitHub refuses', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    server.faults.push({ request: /commits\/abc/, status: 502 });
    expect((await find())[0]?.pullRequest?.number).toBe(7);
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

describe('an index of commits that is late', () => {
  const late = (answers: { status: number; body?: unknown }[]) => {
    for (const { status, body = [] } of answers)
      server.faults.push({ request: /commits\/abc\/pulls/, status, body });
  };

  test('is asked again while it answers with nothing, 404 or 422', async () => {
    server.pullsOfCommit['abc'] = [pull()];
    late([{ status: 200 }, { status: 404 }, { status: 422 }, { status: 200 }]);
    expect((await find())[0]?.pullRequest?.number).toBe(7);
  });

  test('is given up after 40 seconds', async () => {
    waits.length = 0;
    expect(await find()).toEqual([{ commit: 'abc' }]);
    expect(server.requests.filter((request) => request.includes('commits/abc/pulls'))).toHaveLength(6);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(40_000);
  });

  const findMerged = (part: Partial<EventContext>, isGated: boolean) =>
    findMergedPullRequest(github, { event: { ...push, ...part }, files, isGated });

  test.each([
    ['a direct push without the gate', {}, false, 6],
    ['a merge without the gate', { hint: 7 }, false, 40],
    ['a direct push under the gate', {}, true, 40],
    ['a schedule', { kind: 'schedule' as const }, true, 0],
  ])('is waited for after %s: %j', async (_, part, isGated, seconds) => {
    waits.length = 0;
    expect(await findMerged(part, isGated)).toBeUndefined();
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(seconds * 1000);
  });

  test('is not waited for where the number in the message is right, and waited for where it is not', async () => {
    server.merges[7] = {
      merged: true,
      mergedAt: pullRequest.mergedAt,
      mergeCommit: { oid: 'abc' },
      baseRefName: 'main',
      headRefOid: 'head-2',
      url: pullRequest.url,
    };
    expect(await find({ ...push, hint: 7 })).toEqual([{ commit: 'abc', pullRequest }]);
    expect(server.requests.filter((request) => request.includes('commits/abc/pulls'))).toHaveLength(1);
    server.merges[7] = { ...server.merges[7], mergeCommit: { oid: 'other' } };
    expect(await find({ ...push, hint: 7 })).toEqual([{ commit: 'abc' }]);
  });
});

test.each([
  ['identical', true],
  ['behind', true],
  ['ahead', false],
  ['diverged', false],
  [404, false],
])('a commit that is %s is on the branch: %s', async (status, isOn) => {
  if (typeof status === 'number') server.faults.push({ request: /compare/, status });
  else server.compared['abc'] = status;
  expect(await isOnBranch(github, { commit: 'abc', branch: 'main' })).toBe(isOn);
});

describe('what a branch says since a commit', () => {
  const newer = (isSame: (path: string) => boolean) =>
    findNewer(github, { event: { ...push, commit: 'abc', branch: 'main' }, files, isSame });
  const own = [{ sha: 'abc', minute: 1 }];
  const later = [{ sha: 'def', minute: 2 }, ...own];

  test('is the same at the head, and after commits that touched other files', async () => {
    server.head = 'abc';
    expect(await newer(() => false)).toBeUndefined();
    server.head = 'head';
    server.commitsOf['kolena-s3.yml'] = own;
    expect(await newer(() => false)).toBeUndefined();
  });

  test('is something else by the commit that changed it, and the same where only comments changed', async () => {
    server.head = 'head';
    server.commitsOf['kolena-s3.yml@abc'] = own;
    server.commitsOf['kolena-s3.yml'] = later;
    server.files['kolena-s3.yml@abc'] = 'buckets: [a]';
    server.files['kolena-s3.yml@head'] = 'buckets: [b]';
    const asked: string[] = [];
    const isSame = (path: string, here: string, there: string) => {
      asked.push(`${path}: ${here} → ${there}`);
      return here === there;
    };
    expect(
      await findNewer(github, { event: { ...push, commit: 'abc', branch: 'main' }, files, isSame }),
    ).toBe('def');
    expect(asked).toContain('kolena-s3.yml: buckets: [a] → buckets: [b]');
    expect(await newer(() => true)).toBeUndefined();
  });
});

test('an approval that cannot be read while GitHub fails says to run again, not to grant more', async () => {
  server.faults.push({ times: 9, request: /commits\/abc/, status: 502, message: 'Bad Gateway' });
  await expect(find()).rejects.toMatchObject({
    reason: 'not-approved',
    message: expect.stringContaining('Bad Gateway') as string,
    remedy: expect.stringContaining('Run the job again') as string,
  });
});
