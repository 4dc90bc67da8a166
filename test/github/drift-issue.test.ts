import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPullRequests, type PullRequests } from '../../src/github/pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { clientOf } from './client-of.ts';

let server: GitHubStandIn;
let pullRequests: PullRequests;

beforeEach(async () => {
  server = await startGitHub();
  pullRequests = openPullRequests(clientOf(server, { repository: 'o/r' }));
});
afterEach(() => server.stop());

const runUrl = 'https://github.com/o/r/actions/runs/1';
const scope = 'kolena-s3.yml of a1';
const body = (digest: string, of = scope) =>
  `<!-- kolena-s3-access:drift {"key":"default","digest":"${digest}","scope":"${of}"} -->\nIt drifted.`;
const drift = (digest = 'd1', of = scope) =>
  pullRequests.saveDriftIssue({ key: 'default', digest, scope: of, body: body(digest, of), runUrl });
const clean = (of = scope) =>
  pullRequests.saveDriftIssue({ key: 'default', digest: 'd0', scope: of, runUrl });
const said = (number: number) =>
  server.comments.filter(({ issue }) => issue === number).map((comment) => comment.body);
const states = () => server.issues.map(({ state }) => state);

test('one issue: opened, updated in silence, told of news once, closed when clean, and a new one the next time', async () => {
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/1' });
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/1' });
  expect(server.issues).toMatchObject([
    { title: 'Kolena S3 access: AWS and the config differ', body: body('d1'), state: 'open' },
  ]);
  expect(said(1)).toEqual([]);
  await drift('d2');
  expect(server.issues[0]?.body).toBe(body('d2'));
  expect(said(1)).toEqual([`The differences have changed. The issue now shows what ${runUrl} found.`]);
  expect(await clean()).toEqual({});
  expect(states()).toEqual(['closed']);
  expect(said(1)).toContain(`AWS and the config no longer differ: ${runUrl}.`);
  await clean();
  expect(said(1)).toHaveLength(2);
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/2' });
});

test('a new title or text around the marker changes nothing; a copy of somebody else, and a pull request, are none', async () => {
  await drift();
  const [issue] = server.issues;
  if (issue === undefined) throw new Error('it was opened');
  issue.title = 'Somebody looks at this';
  issue.body = `Jane: on it.\n${issue.body}`;
  server.issues.push(
    { number: 90, title: issue.title, body: body('d1'), state: 'open', user: { login: 'mallory' } },
    { number: 91, title: '', body: body('d1'), state: 'open', user: issue.user, pull_request: {} },
  );
  expect(await drift('d2')).toEqual({ url: 'https://github.com/o/r/issues/1' });
  await clean();
  expect(states()).toEqual(['closed', 'open', 'open']);
});

test('a run for another config or account with the same key neither closes nor overwrites the issue, and says so', async () => {
  await drift();
  for (const answer of [await clean('other.yml of a1'), await drift('d2', 'kolena-s3.yml of b2')])
    expect(answer).toEqual({ warning: expect.stringMatching(/another config.*`comment-key`/s) as string });
  expect(server.issues).toMatchObject([{ body: body('d1'), state: 'open' }]);
  Object.assign(server.issues[0] ?? {}, { state: 'closed' });
  expect(await drift('d2', 'other.yml of a1')).toEqual({ url: 'https://github.com/o/r/issues/2' });
});

test('an issue of an earlier version, which names no config, is taken over', async () => {
  await drift();
  Object.assign(server.issues[0] ?? {}, {
    body: '<!-- kolena-s3-access:drift {"key":"default","digest":"d1"} -->',
  });
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/1' });
  expect(server.issues).toMatchObject([{ body: body('d1') }]);
  expect(said(1)).toEqual([]);
});

test('of several the oldest stays, the others point to it', async () => {
  for (const number of [4, 2, 3])
    server.issues.push({
      number,
      title: '',
      body: body('d1'),
      state: 'open',
      user: { login: 'github-actions[bot]' },
    });
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/2' });
  expect(states()).toEqual(['closed', 'open', 'closed']);
  expect([said(3), said(4)]).toEqual([['See #2.'], ['See #2.']]);
});

test('of two runs that open one at the same time, the older issue stays', async () => {
  const other = {
    number: 1,
    title: '',
    body: body('d1'),
    state: 'open',
    user: { login: 'github-actions[bot]' },
  };
  server.onIssue = () => {
    server.issues.unshift(other);
    server.onIssue = undefined;
  };
  expect(await drift()).toEqual({ url: 'https://github.com/o/r/issues/1' });
  expect(states()).toEqual(['open', 'closed']);
});

test('where the server names another login than the one that opens issues, there is still one', async () => {
  server.issueAuthor = 'another-app[bot]';
  await drift();
  await drift();
  expect(states().filter((state) => state === 'open')).toHaveLength(1);
});

test('drift that a person closed as not planned is silent until it changes', async () => {
  await drift();
  Object.assign(server.issues[0] ?? {}, { state: 'closed', state_reason: 'not_planned' });
  expect(await drift()).toEqual({});
  expect(server.issues).toHaveLength(1);
  expect(await drift('d2')).toEqual({ url: 'https://github.com/o/r/issues/2' });
});

test.each([
  [403, 'Resource not accessible by integration', /refused with 403.*`issues: write`/s],
  [404, 'Not Found', /refused with 404/],
  [410, 'Issues has been disabled in this repository.', /refused with 410.*turn on issues/s],
  [422, 'Validation Failed', /refused with 422/],
])('%i is a warning with the next step', async (status, message, expected) => {
  server.faults.push({ request: /^POST \/repos\/o\/r\/issues$/, status, message });
  const { warning, url } = await drift();
  expect(warning).toMatch(expected);
  expect(url).toBeUndefined();
});

test('what cannot be looked up is never opened', async () => {
  server.faults.push({
    request: /^GET \/repos\/o\/r\/issues\?/,
    status: 403,
    message: 'Resource not accessible',
  });
  expect(await drift()).toMatchObject({ warning: expect.stringContaining('refused') as string });
  expect(server.issues).toEqual([]);
});
