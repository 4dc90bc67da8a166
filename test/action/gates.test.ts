import { describe, expect, test } from 'vitest';
import { requireApproval } from '../../src/action/approve.ts';
import { requireVerified } from '../../src/action/gates.ts';
import type { Merge } from '../../src/plan/approval.ts';
import { factOf } from '../../src/plan/fact.ts';
import type { Check } from '../../src/verify/check.ts';

function thrownBy(gate: () => void): unknown {
  try {
    gate();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('requireApproval', () => {
  const pullRequest = { number: 7, url: 'https://github.com/o/r/pull/7', head: 'head-2' };
  const shown = { digest: 'digest-1', head: 'head-2', isAnew: false };
  const missing = [
    factOf({ kind: 'grant', change: 'goes', subject: 'b', terms: [], text: 'bucket b', content: [] }),
  ];
  const refusal = (merges: readonly Merge[], facts = missing) =>
    thrownBy(() => {
      requireApproval({ merges, missing: facts, branch: 'main' });
    });

  test('A plan of which nothing is missing is approved.', () => {
    expect(refusal([{ commit: 'c', pullRequest, shown }], [])).toBeUndefined();
  });

  test.each<[string, readonly Merge[], string, string]>([
    [
      'nothing shown that was not applied yet',
      [],
      'is applied already',
      'to the newest merged pull request that touched the config',
    ],
    ['no pull request', [{ commit: 'c' }], 'No merged pull request', 'Bring the change in by a pull request'],
    [
      'no comment',
      [{ commit: 'c', pullRequest }],
      'was not found on pull request 7',
      '`workflow_dispatch` on main',
    ],
    [
      'a comment for an older commit',
      [{ commit: 'c', pullRequest, shown: { ...shown, head: 'head-1' } }],
      'commit head-2 was merged',
      'pull request 7',
    ],
    [
      'a comment that came after the merge',
      [{ commit: 'c', pullRequest: { ...pullRequest, mergedAt: '1' }, shown: { ...shown, plannedAt: '2' } }],
      'made after the merge',
      'pull request 7',
    ],
    [
      'more than comment and summary could show',
      [{ commit: 'c', pullRequest, shown: { ...shown, digest: '', isCut: true } }],
      'too long to be shown whole',
      'several pull requests',
    ],
  ])('A plan with %s is not approved, and the way out is told.', (_, merges, message, remedy) => {
    expect(refusal(merges)).toMatchObject({
      reason: 'not-approved',
      message: expect.stringContaining(message) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  test('What no plan showed is named, and nothing else.', () => {
    expect(refusal([{ commit: 'c', pullRequest, shown }])).toMatchObject({
      reason: 'plan-changed',
      message: expect.stringContaining('#7') as string,
      detail: '- bucket b',
    });
  });
});

describe('requireVerified', () => {
  const check = (status: Check['status'], remedy?: string): Check => ({
    id: status,
    title: `The check is ${status}.`,
    status,
    evidence: 'Seen.',
    ...(remedy !== undefined && { remedy }),
  });
  const refusal = (...checks: Check[]) =>
    thrownBy(() => {
      requireVerified(checks);
    });

  test('What could not be proven fails nothing beside a check that passed.', () => {
    expect(refusal(check('pass'), check('unprovable'), check('warning'))).toBeUndefined();
  });

  test('Failed checks are counted and listed, each remedy once.', () => {
    expect(refusal(check('pass'), check('fail', 'Mend it.'), check('fail', 'Mend it.'))).toMatchObject({
      reason: 'verification-failed',
      message: '2 of 3 checks failed:\n- The check is fail. Seen.\n- The check is fail. Seen.',
      remedy: 'Mend it.',
    });
  });

  test('A run in which nothing could be proven fails and asks for other credentials.', () => {
    expect(refusal(check('unprovable'))).toMatchObject({
      message: 'None of the checks could be completed with these credentials.',
      remedy: 'Run with credentials that can assume the role: `verify: assume`.',
    });
  });
});
