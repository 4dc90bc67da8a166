import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitHub, type GitHub } from '../../src/github/client.ts';
import { setLabel, type LabelTarget } from '../../src/github/labels.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { clientOf } from './client-of.ts';

let server: GitHubStandIn;
let github: GitHub;

beforeEach(async () => {
  server = await startGitHub();
  github = openGitHub(clientOf(server));
});
afterEach(() => server.stop());

const set = (direction: LabelTarget['direction'], key = 'default') =>
  setLabel(github, { number: 7, key, direction });
const writes = () => server.requests.filter((request) => !request.startsWith('GET'));

test.each(['narrower', 'wider', 'both'] as const)('%s is a label', async (direction) => {
  expect(await set(direction)).toBeUndefined();
  expect(server.labels).toEqual([`kolena-access: ${direction}`]);
});

test('a label that stands is not written again, in whatever case it was made', async () => {
  server.labels.push('Kolena-Access: wider');
  expect(await set('wider')).toBeUndefined();
  expect(writes()).toEqual([]);
});

test.each(['none', undefined] as const)(
  '%s takes our label off, and no label of others',
  async (direction) => {
    server.labels.push(
      'bug',
      'kolena-access: both',
      'kolena-access (retail): wider',
      'kolena-access: reviewed',
    );
    expect(await set(direction)).toBeUndefined();
    expect(server.labels).toEqual(['bug', 'kolena-access (retail): wider', 'kolena-access: reviewed']);
  },
);

test('a stale label makes room for the one that is true', async () => {
  server.labels.push('kolena-access: wider');
  expect(await set('narrower')).toBeUndefined();
  expect(server.labels).toEqual(['kolena-access: narrower']);
});

test('each config has labels of its own, at most 50 characters long', async () => {
  await set('wider', 'retail');
  await set('narrower', `a/${'long-'.repeat(15)}`);
  const [first = '', second = ''] = server.labels;
  expect(first).toBe('kolena-access (retail): wider');
  expect(second).toMatch(/^kolena-access \(a\/long-.*\): narrower$/);
  expect(second.length).toBeLessThanOrEqual(50);
});

test('a label that somebody else took off meanwhile is no problem', async () => {
  server.labels.push('kolena-access: both');
  server.faults.push({ request: /^DELETE/, status: 404, message: 'Label does not exist' });
  expect(await set('wider')).toBeUndefined();
  expect(server.labels).toContain('kolena-access: wider');
});

test('missing rights are a warning that names them', async () => {
  server.faults.push({
    request: /^POST/,
    status: 403,
    message: 'Resource not accessible by integration',
    headers: { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' },
  });
  const warning = await set('wider');
  expect(warning).toContain('refused with 403: Resource not accessible by integration');
  expect(warning).toContain('add `issues: write`');
  expect(warning).toContain('pull-requests: write');
});

test('a GitHub that keeps failing is a warning', async () => {
  server.faults.push({ times: 4, request: /^POST/, status: 502 });
  expect(await set('wider')).toMatch(/^The labels of pull request 7 are not up to date: GitHub kept failing/);
});
