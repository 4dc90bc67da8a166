import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPullRequests } from '../../src/github/pull-requests.ts';
import { openGitHub, type GitHub } from '../../src/github/client.ts';
import { saveComment, shouldComment, type CommentTarget } from '../../src/github/comment.ts';
import { writeMarker, writeSeal } from '../../src/report/marker.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { logTo } from '../support/log.ts';

const body = (text: string, key = 'default') =>
  `${writeMarker({ key, latest: { time: 't', verdict: 'v' }, history: [] })}\n${text}`;
const bot = { login: 'github-actions[bot]' };
const target = (part: Partial<CommentTarget> = {}): CommentTarget => ({
  number: 7,
  key: 'default',
  mode: 'always',
  changed: true,
  render: () => body('new'),
  ...part,
});

let server: GitHubStandIn;
let github: GitHub;
let lines: string[];
/** Seconds. */
let waits: number[];
const client = (token = 'ghs_example') => ({
  token,
  repository: 'octo-org/data-access',
  apiUrl: server.url,
  log: logTo(lines),
  clock: {
    now: () => Date.now(),
    sleep: (milliseconds: number) => Promise.resolve(void waits.push(milliseconds / 1000)),
  },
});

beforeEach(async () => {
  server = await startGitHub();
  [lines, waits] = [[], []];
  github = openGitHub(client());
});
afterEach(() => server.stop());

const texts = () => server.comments.map((comment) => comment.body.split('\n')[1]);

describe('one comment', () => {
  test('one comment is created, and updated by the next run', async () => {
    expect(await saveComment(github, target())).toEqual({
      kind: 'saved',
      id: 1000,
      url: 'https://github.com/octo-org/data-access/pull/7#issuecomment-1000',
    });
    const seen: (string | undefined)[] = [];
    const render = (previous: string | undefined) => {
      seen.push(previous);
      return body('newer');
    };
    expect(await saveComment(github, target({ render }))).toMatchObject({ kind: 'saved', id: 1000 });
    expect(texts()).toEqual(['newer']);
    expect(seen).toEqual([body('new')]);
  });

  test('our comment is found whatever the page', async () => {
    for (let id = 1; id <= 250; id++) server.comments.push({ id, body: 'talk', user: { login: 'octocat' } });
    server.comments.push({ id: 251, body: body('old'), user: bot });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 251 });
    expect(server.comments).toHaveLength(251);
  });

  test("a comment is ours only when this token's identity wrote it", async () => {
    server.comments.push({ id: 1, body: body('forged'), user: { login: 'octocat' } });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 1000 });
    expect(texts()).toEqual(['forged', 'new']);
  });

  test('our comment stands beside those of other keys', async () => {
    server.comments.push({ id: 1, body: body('staging', 'staging'), user: bot });
    await saveComment(github, target());
    expect(texts()).toEqual(['staging', 'new']);
  });

  test('one comment stays alone after two first runs raced: the older one is kept', async () => {
    server.comments.push(
      { id: 1, body: body('older'), user: bot },
      { id: 2, body: body('younger'), user: bot },
    );
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 1 });
    expect(texts()).toEqual(['new']);
  });

  test('our comment stays alone when another run makes one at the same moment: the younger run moves into the older comment', async () => {
    const earlier = { id: 1, body: body('older'), user: bot };
    const given: (string | undefined)[] = [];
    const render = (previous: string | undefined) => {
      // The other run's comment comes between this run's look and its own comment.
      if (given.push(previous) === 1) server.comments.push(earlier);
      return body(`number ${given.length}`);
    };
    expect(await saveComment(github, target({ render }))).toMatchObject({ kind: 'saved', id: 1 });
    expect(texts()).toEqual(['number 2']);
    expect(given).toEqual([undefined, body('older')]);
  });

  test('our comment stays where it is when the other run’s is the younger one', async () => {
    const render = () => {
      server.comments.push({ id: 5000, body: body('younger'), user: bot });
      return body('own');
    };
    expect(await saveComment(github, target({ render }))).toMatchObject({ kind: 'saved', id: 1000 });
    expect(texts()).toEqual(['younger', 'own']);
  });

  test('our comment is written by a person’s token where GraphQL hides the viewer', async () => {
    server.graphql = 'forbidden';
    server.comments.push({ id: 1, body: body('old'), user: { login: 'octocat' } });
    expect(await saveComment(openGitHub(client('ghp_example')), target())).toMatchObject({
      kind: 'saved',
      id: 1,
    });
  });

  test('our comment is written by a person’s token on a server without GraphQL too', async () => {
    server.graphql = 'missing';
    server.comments.push({ id: 1, body: body('old'), user: { login: 'octocat' } });
    expect(await saveComment(openGitHub(client('ghp_example')), target())).toMatchObject({
      kind: 'saved',
      id: 1,
    });
  });
});

describe('GitHub that fails for a passing reason', () => {
  test('GitHub is asked again after a 502', async () => {
    server.faults.push(
      { request: /^GET .*comments/, status: 502 },
      { request: /^POST .*comments/, status: 502 },
    );
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(texts()).toEqual(['new']);
  });

  test('GitHub gets no second comment when the first was made although it answered 502', async () => {
    server.faults.push({ request: /^POST .*comments/, status: 502, done: true });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 1000 });
    expect(texts()).toEqual(['new']);
  });

  test('GitHub is waited for as its secondary rate limit asks', async () => {
    const message = 'You have exceeded a secondary rate limit.';
    server.faults.push({
      request: /^POST .*comments/,
      status: 403,
      headers: { 'retry-after': '20' },
      message,
    });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(lines).toContain("GitHub's secondary rate limit is reached for 20 s; waiting.");
    expect(waits).toEqual([20]);
  });

  test('GitHub is waited for until its rate limit is reset', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 40);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    server.faults.push({ request: /^GET .*comments/, status: 403, headers, message: 'API rate limit' });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(37);
    expect(waits[0]).toBeLessThanOrEqual(40);
  });

  test('GitHub is waited for a minute when its secondary rate limit does not say how long', async () => {
    const message = 'You have exceeded a secondary rate limit.';
    server.faults.push({ request: /^GET .*comments/, status: 403, message });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(waits).toEqual([60]);
  });

  test('GitHub is asked again, after ever longer waits, when the network breaks: then it is a warning', async () => {
    await server.stop();
    expect(await saveComment(github, target())).toMatchObject({ kind: 'warning' });
    expect(waits).toEqual([1, 4, 9]);
    server = await startGitHub();
  });

  test('GitHub is asked again when GraphQL tells of its failure in a 200', async () => {
    server.comments.push({ id: 1, body: body('old'), user: bot });
    server.faults.push({
      request: /graphql/,
      status: 200,
      body: { errors: [{ message: 'Something went wrong while executing your query. Please include…' }] },
    });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 1 });
    expect(waits).toEqual([1]);
  });

  test('GitHub is waited for as its 503 asks, in place of the usual second', async () => {
    server.faults.push({ request: /^GET .*comments/, status: 503, headers: { 'retry-after': '15' } });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(waits).toEqual([15]);
    expect(lines).toEqual(['GitHub failed with 503 (fault); trying again in 15 s.']);
  });

  test('GitHub is not waited for when a 503 asks for an hour', async () => {
    server.faults.push({ request: /^GET .*comments/, status: 503, headers: { 'retry-after': '3600' } });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved' });
    expect(waits).toEqual([1]);
  });

  test('GitHub is not waited for when the limit lasts for long: a warning', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 1800);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    server.faults.push({
      times: 2,
      request: /^POST .*comments/,
      status: 403,
      headers,
      message: 'API rate limit exceeded',
    });
    expect(await saveComment(github, target())).toMatchObject({
      kind: 'warning',
      message: expect.stringContaining('pull request 7') as string,
    });
  });

  test('a GitHub that keeps failing is a warning, not a failure', async () => {
    server.faults.push({ times: 9, request: /^GET .*comments/, status: 503, message: 'Unavailable' });
    expect(await saveComment(github, target())).toMatchObject({
      kind: 'warning',
      message: expect.stringContaining('Unavailable') as string,
    });
  });
});

describe('the pull request that brought a commit in', () => {
  const push = { kind: 'push', apiUrl: '', commit: 'abc', branch: 'main' } as const;
  const findMerged = () => openPullRequests(client()).findMerged({ event: push, files: [], isGated: false });

  test('a merged pull request is a warning, not an unapproved plan, when GitHub keeps failing to tell it', async () => {
    server.faults.push({ times: 9, request: /commits\/abc/, status: 502, message: 'Bad Gateway' });
    expect(await findMerged()).toMatchObject({
      kind: 'warning',
      message: expect.stringContaining('Bad Gateway') as string,
    });
  });

  test('a merged pull request is a failed comment, not an unapproved plan, when GitHub refuses to tell it', async () => {
    server.faults.push({ request: /commits\/abc/, status: 403, message: 'Resource not accessible' });
    await expect(findMerged()).rejects.toMatchObject({ reason: 'comment-failed' });
  });
});

describe('GitHub that refuses', () => {
  test.each([
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [422, 'Validation Failed'],
  ])('a refusal with %i is a failure that names the permission', async (status, message) => {
    server.faults.push({ request: /^POST .*comments/, status, message });
    await expect(saveComment(github, target())).rejects.toMatchObject({
      reason: 'comment-failed',
      message: expect.stringContaining(message) as string,
      remedy: expect.stringContaining('permissions:\n  pull-requests: write') as string,
    });
    expect(server.requests.filter((request) => request.startsWith('POST /repos'))).toHaveLength(1);
  });

  test.each([
    [undefined, '  pull-requests: write\n  contents: read\n  id-token: write'],
    ['issues=write; pull_requests=write', '  pull-requests: write\n  contents: read\n  id-token: write'],
    [
      'contents=write,metadata=read,issues=write',
      '  pull-requests: write\n  contents: write\n  id-token: write\n  issues: write',
    ],
  ])('names what GitHub accepts: %s', async (accepted, block) => {
    const headers = accepted === undefined ? {} : { 'x-accepted-github-permissions': accepted };
    const message = 'Resource not accessible by integration';
    server.faults.push({ request: /^POST .*comments/, status: 403, message, headers });
    await expect(saveComment(github, target())).rejects.toMatchObject({
      remedy: `Give the job the right to write comments, or set \`comment: never\`.\npermissions:\n${block}`,
    });
  });

  test('our own mistake is thrown as it is', async () => {
    const render = () => {
      throw new TypeError('a bug');
    };
    await expect(saveComment(github, target({ render }))).rejects.toThrow(TypeError);
  });
});

test.each([
  ['always', false, false, true],
  ['on-change', true, false, true],
  ['on-change', false, false, false],
  ['on-change', false, true, true],
  ['never', true, true, false],
] as const)('%s with changed %s and a comment that exists %s: %s', (...row) => {
  const [mode, changed, exists, expected] = row;
  expect(shouldComment({ mode, changed, exists })).toBe(expected);
});

test('a run with `comment: never` asks GitHub nothing', async () => {
  expect(await saveComment(github, target({ mode: 'never' }))).toEqual({ kind: 'left' });
  expect(server.requests).toEqual([]);
});

test('a run with `comment: on-change` creates nothing without a change', async () => {
  expect(await saveComment(github, target({ mode: 'on-change', changed: false }))).toEqual({ kind: 'left' });
  expect(server.comments).toEqual([]);
});

test('a locked conversation is a warning that says so, not a failed run', async () => {
  const message = 'Unable to create comment because issue is locked.';
  server.faults.push({ request: /^POST .*comments/, status: 403, message });
  expect(await saveComment(github, target())).toMatchObject({
    kind: 'warning',
    message: expect.stringContaining('is locked') as string,
  });
});

describe('our comment', () => {
  const stands = { id: 1, body: body('old'), user: bot };

  test('our comment that somebody hid is visible again after an update', async () => {
    server.comments.push({ ...stands, isMinimized: true });
    expect(await saveComment(github, target())).toMatchObject({ kind: 'saved', id: 1 });
    expect(server.comments[0]?.isMinimized).toBe(false);
  });

  const sealed = `${body('old')}\n\n${writeSeal('default')}\n`;
  test.each([
    ['is broken', sealed.replace('"key"', '"kex"'), 'octocat', 'octocat'],
    ['is gone', sealed.replace(/^<!--.*\n/, ''), 'octocat', 'octocat'],
    ['has a line before it', `Approved!\n${sealed}`, undefined, 'somebody'],
    ['is of another key by now', sealed.replace('"default"', '"other"'), undefined, 'somebody'],
  ])('our comment whose marker %s was edited, and is written anew', async (_, text, editor, told) => {
    server.comments.push({ ...stands, body: text, ...(editor !== undefined && { editor }) });
    const given: unknown[] = [];
    await saveComment(github, target({ render: (previous) => body(String(given.push(previous))) }));
    expect(given).toEqual([undefined]);
    expect(server.comments).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining(`edited by ${told}`)]);
  });

  test('our comment of another job that holds our last line by another key, or in the middle, is left alone', async () => {
    server.comments.push(
      { ...stands, body: `text\n${writeSeal('staging')}` },
      { ...stands, id: 2, body: `${writeSeal('default')}\nquoted` },
    );
    await saveComment(github, target());
    expect(server.comments).toHaveLength(3);
  });

  test('our comment that somebody else edited gives nothing to the next one', async () => {
    server.comments.push({ ...stands, editor: 'octocat' });
    const given: unknown[] = [];
    await saveComment(github, target({ render: (previous) => body(String(given.push(previous))) }));
    expect(given).toEqual([undefined]);
    expect(lines).toEqual([expect.stringContaining('edited by octocat')]);
  });
});
