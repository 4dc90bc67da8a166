import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPullRequests, type PullRequests } from '../../src/github/pull-requests.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { clientOf } from './client-of.ts';

let server: GitHubStandIn;
let pullRequests: PullRequests;

beforeEach(async () => {
  server = await startGitHub();
  pullRequests = openPullRequests(clientOf(server));
});
afterEach(() => server.stop());

const pull = (number: number, ref: string, merged_at: string | null = '2026-11-23T09:00:00Z') => ({
  number,
  html_url: `https://github.com/octo-org/data-access/pull/${number}`,
  merged_at,
  head: { sha: 'head' },
  base: { ref },
});

test('all commits of one merge have its number, which is asked for once and not waited for', async () => {
  const pulls = [pull(7, 'develop'), pull(8, 'main'), pull(9, 'main', null)];
  server.pullsOfCommit['c1'] = server.pullsOfCommit['c2'] = pulls;
  server.pullsOfCommit['open'] = [pull(9, 'main', null)];
  const numbers = ['c1', 'c2', 'open', 'pushed'].map((commit) => pullRequests.pullOf(commit, 'main'));
  expect(await Promise.all(numbers)).toEqual([8, 8, undefined, undefined]);
  expect(server.requests).toHaveLength(4);
});

test('a refusal is not taken for a commit without a pull request', async () => {
  server.faults.push({ request: /\/commits\/c1\/pulls/, status: 403, message: 'Resource not accessible' });
  await expect(pullRequests.pullOf('c1', 'main')).rejects.toThrow('Resource not accessible');
});
