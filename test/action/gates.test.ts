import { describe, expect, test } from 'vitest';
import { requireApproval, requireVerified } from '../../src/action/gates.ts';
import type { Approval } from '../../src/github/approval.ts';
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
  const shown = { digest: 'digest-1', head: 'head-2' };
  const refusal = (approval: Approval, digest: string, difference = 'the diff') =>
    thrownBy(() => {
      requireApproval({ approval, digest, difference });
    });

  test('A plan that was shown for the last commit is approved.', () => {
    expect(refusal({ pullRequest, shown }, 'digest-1')).toBeUndefined();
  });

  test.each<[string, Approval, string]>([
    ['no pull request', {}, 'No merged pull request'],
    ['no comment', { pullRequest }, 'was not found on pull request 7'],
    [
      'a comment for an older commit',
      { pullRequest, shown: { ...shown, head: 'head-1' } },
      'commit head-2 was merged',
    ],
  ])('A plan with %s is not approved.', (_, approval, message) => {
    expect(refusal(approval, 'digest-1')).toMatchObject({
      reason: 'not-approved',
      message: expect.stringContaining(message) as string,
    });
  });

  test('A plan that is another one now is refused and shown.', () => {
    expect(refusal({ pullRequest, shown }, 'digest-2', '+ something else')).toMatchObject({
      reason: 'plan-changed',
      message: expect.stringContaining('approved was digest-1, now it is digest-2') as string,
      detail: expect.stringContaining('+ something else') as string,
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
