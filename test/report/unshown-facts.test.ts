import { describe, expect, test } from 'vitest';
import { factsOf } from '../../src/plan/facts.ts';
import { maskOf } from '../../src/report/mask.ts';
import { renderSummary } from '../../src/report/render.ts';
import { resourceKinds } from '../../src/plan/resources.ts';
import type { Report } from '../../src/report/report.ts';
import { recordedReport, recordedRuns } from './recorded.ts';
import { fenced } from './structure.ts';

const clear = maskOf({ externalIds: [], accountIds: [] });
const difference = (report: Report) => fenced(renderSummary(report, clear), 'diff').join('\n');

/** A recorded plan whose role's trust policy changes in one more way. */
function trusting(before: object, after: object): Report {
  const { plan, desired, observed, ...report } = recordedReport('none');
  if (plan === undefined || desired === undefined || observed === undefined)
    throw new Error('the recorded report is whole');
  const changes = plan.changes.map((change) =>
    change.type === resourceKinds.role.type
      ? {
          ...change,
          action: 'update' as const,
          before: { ...change.before, assume_role_policy: JSON.stringify(before) },
          after: { ...change.after, assume_role_policy: JSON.stringify(after) },
        }
      : change,
  );
  const changed = { ...plan, changes, hasChanges: true };
  return {
    ...report,
    desired,
    observed,
    plan: changed,
    facts: factsOf({ plan: changed, desired, observed }),
  };
}

const statement = {
  Sid: 'KolenaAssumeRole',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 'sts:AssumeRole',
};
const policy = (part: object = {}, Version = '2012-10-17') => ({
  Version,
  Statement: [{ ...statement, ...part }],
});

describe('what is approved and no line of the diff says stands below it', () => {
  test.each<[string, object, object, string]>([
    ["another language of the policy's", policy({}, '2008-10-17'), policy(), 'of version 2012-10-17'],
    [
      'an element that this version does not know',
      policy(),
      policy({ Unknown: 'x' }),
      'without a condition; [["Unknown","x"]]',
    ],
    [
      'one of many actions that another statement had',
      policy({ Action: ['sts:AssumeRole', ...Array.from({ length: 8 }, (_, at) => `sts:A${at}`)] }),
      policy({ Action: ['sts:AssumeRole', ...Array.from({ length: 8 }, (_, at) => `sts:A${at}`), 'sts:B'] }),
      'may sts:A0, sts:A1, sts:A2, sts:A3, sts:A4, sts:A5, sts:A6, sts:A7, sts:AssumeRole, sts:B on role',
    ],
  ])('%s', (_, before, after, text) => {
    expect(difference(trusting(before, after))).toContain(text);
  });
});

test.each(recordedRuns)('the plan %s says every fact once, in its diff', (name) => {
  expect(difference(recordedReport(name))).not.toContain('also');
});
