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

const url = 'https://github.com/o/r/pull/7';
const review = (login: string | null, state: string, commit: string | null = 'abc') => ({
  user: login === null ? null : { login },
  state,
  commit_id: commit,
});

test('the last review that decides counts, of each person; a comment takes no approval back', async () => {
  server.pulls[7] = {
    html_url: url,
    user: { login: 'author' },
    merged: true,
    merged_by: { login: 'merger' },
  };
  server.reviews[7] = [
    review('anna', 'APPROVED', 'old'),
    review('ben', 'APPROVED'),
    review('ben', 'CHANGES_REQUESTED'),
    review('carol', 'CHANGES_REQUESTED'),
    review('carol', 'APPROVED'),
    review('dora', 'DISMISSED'),
    review('emil', 'COMMENTED'),
    review('anna', 'COMMENTED', 'new'),
  ];
  expect(await pullRequests.review(7)).toEqual({
    number: 7,
    url,
    author: 'author',
    approvers: [
      { login: 'anna', commit: 'old' },
      { login: 'carol', commit: 'abc' },
    ],
    mergedBy: 'merger',
  });
});

test('deleted accounts and open pull requests have nobody to name', async () => {
  server.pulls[7] = { html_url: url, user: null, merged: false, merged_by: null };
  server.reviews[7] = [review(null, 'APPROVED', null)];
  expect(await pullRequests.review(7)).toEqual({
    number: 7,
    url,
    author: 'ghost',
    approvers: [{ login: 'ghost', commit: '' }],
  });
  server.pulls[7] = { html_url: url, user: null, merged: true, merged_by: null };
  expect(await pullRequests.review(7)).toMatchObject({ mergedBy: 'ghost' });
});
