import { describe, expect, test } from 'vitest';
import type { DesiredAccess } from '../../src/access/desired-access.ts';
import { countChanges, hasChanges, resourceRows } from '../../src/plan/changes.ts';
import type { PlannedAction, PlanSummary } from '../../src/plan/summary.ts';
import { recordedReport } from '../report/recorded.ts';

const rule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'] };
const nothing: PlanSummary = { changes: [], counts: { add: 0, change: 0, destroy: 0, import: 0 } };
const removing = (...cors: DesiredAccess['removals']['cors']) => ({ removals: { policies: [], cors } });
const removal = (keep: readonly (typeof rule)[], present = true) => ({
  bucket: 'images.example',
  region: 'us-east-1',
  keep,
  present,
});
const forgetting: PlanSummary = {
  ...nothing,
  changes: [
    {
      address: 'aws_s3_bucket_cors_configuration.bucket_images_example',
      type: 'aws_s3_bucket_cors_configuration',
      action: 'forget',
      imported: false,
      before: { bucket: 'images.example' },
    },
  ],
};

describe('a CORS rule that is taken away through S3', () => {
  test('counts as a change where foreign rules stay', () => {
    expect(countChanges({ plan: nothing, desired: removing(removal([rule])) })).toEqual({
      ...nothing.counts,
      change: 1,
    });
  });

  test('counts as a destroy where the whole configuration goes', () => {
    expect(countChanges({ plan: nothing, desired: removing(removal([])) })).toEqual({
      ...nothing.counts,
      destroy: 1,
    });
  });

  test('does not count where none of ours stands', () => {
    const desired = removing(removal([rule], false));
    expect(countChanges({ plan: nothing, desired })).toEqual(nothing.counts);
    expect(hasChanges({ plan: nothing, desired, backend: true })).toBe(false);
  });

  test('is a change although Terraform plans none', () => {
    expect(hasChanges({ plan: nothing, desired: removing(removal([rule])), backend: false })).toBe(true);
  });

  test('is one row, though Terraform also lets go of it', () => {
    const rows = resourceRows({ plan: forgetting, desired: removing(removal([rule])), backend: true });
    expect(rows.map(({ action, name }) => [action, name])).toEqual([['remove rule', 'images.example']]);
  });
});

test('what Terraform only forgets is a change of its state', () => {
  const desired = removing(removal([], false));
  expect(hasChanges({ plan: forgetting, desired, backend: true })).toBe(true);
  expect(resourceRows({ plan: forgetting, desired, backend: true })[0]?.action).toBe('forget');
});

test('an import alone is a change only where a backend keeps state', () => {
  const plan = { ...nothing, counts: { ...nothing.counts, import: 4 } };
  expect(hasChanges({ plan, desired: removing(), backend: false })).toBe(false);
  expect(hasChanges({ plan, desired: removing(), backend: true })).toBe(true);
});

test.each<[PlannedAction, boolean, string, string]>([
  ['create', false, 'create', 'create'],
  ['update', false, 'change', 'change'],
  ['update', true, 'change', 'adopt and change'],
  ['no-op', false, 'unchanged', 'unchanged'],
  ['no-op', true, 'unchanged', 'adopt'],
  ['replace', false, 'replace', 'replace'],
  ['delete', false, 'delete', 'delete'],
])('%s (imported: %s) reads "%s" without and "%s" with a backend', (...row) => {
  const [action, imported, without, withBackend] = row;
  const plan = {
    ...nothing,
    changes: [{ address: 'aws_iam_role.kolena', type: 'aws_iam_role', action, imported }],
  };
  const word = (backend: boolean) => resourceRows({ plan, desired: removing(), backend })[0]?.action;
  expect([word(false), word(true)]).toEqual([without, withBackend]);
});

test('what changes stands before what does not; the role before its policies before CORS', () => {
  const { plan, desired, backend } = recordedReport('change');
  if (!plan || !desired) throw new Error('the recorded report is whole');
  expect(resourceRows({ plan, desired, backend }).map(({ action, kind }) => `${action}: ${kind}`)).toEqual([
    'change: IAM role',
    'change: IAM policy',
    'create: CORS rules of bucket',
    'unchanged: Attachment of policy',
    'unchanged: CORS rules of bucket',
    'unchanged: CORS rules of bucket',
  ]);
});
