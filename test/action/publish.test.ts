import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { PullRequests } from '../../src/github/pull-requests.ts';
import type { Job } from '../../src/action/job.ts';
import { publish } from '../../src/action/publish.ts';
import type { Outputs, Runner } from '../../src/action/runner.ts';
import { recordedReport } from '../report/recorded.ts';

/** An apply on a push that went well, whose pull request GitHub tells like this; what it showed, by kind. */
async function applied(findMerged: PullRequests['findMerged']) {
  const shown = { outputs: {} as Outputs, summaries: [] as string[], warnings: [] as string[] };
  const runner: Partial<Runner> = {
    masked: (text) => text,
    output: (outputs) => {
      Object.assign(shown.outputs, outputs);
    },
    summary: (markdown) => {
      shown.summaries.push(markdown);
    },
    warning: (message) => {
      shown.warnings.push(message);
    },
  };
  const pullRequests: Partial<PullRequests> = {
    findMerged,
    saveComment: (target) =>
      Promise.resolve({ kind: 'saved', id: target.number, url: target.render(undefined) }),
  };
  const job = {
    edges: { runner, event: { kind: 'push', apiUrl: '' } },
    settings: { command: 'apply', comment: 'always', 'comment-key': 'default' },
    pullRequests,
    report: { current: { ...recordedReport('create'), command: 'apply', outcome: 'applied' }, outputs: {} },
  } as unknown as Job;
  const failure = await publish(job).catch((error: unknown) => error);
  return { ...shown, failure };
}

test('the comment goes to the pull request that brought the commit in', async () => {
  const { outputs, failure } = await applied(() => Promise.resolve({ number: 7, url: '', head: 'head-1' }));
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ 'comment-id': 7, 'has-changes': true });
});

test('a pull request that GitHub cannot tell for now leaves an apply that went well as it is', async () => {
  const { outputs, summaries, warnings, failure } = await applied(() =>
    Promise.resolve({ kind: 'warning', message: 'GitHub kept failing.' }),
  );
  expect(failure).toBeUndefined();
  expect(warnings).toEqual(['GitHub kept failing.']);
  expect(summaries).toHaveLength(1);
  expect(outputs).not.toHaveProperty('comment-id');
});

test('a pull request that GitHub refuses to tell fails the run after summary and outputs are written', async () => {
  const refused = new UserError({ reason: 'comment-failed', message: 'm', remedy: 'r' });
  const { outputs, summaries, failure } = await applied(() => Promise.reject(refused));
  expect(failure).toBe(refused);
  expect(summaries).toHaveLength(1);
  expect(outputs).toHaveProperty('plan-digest');
});
