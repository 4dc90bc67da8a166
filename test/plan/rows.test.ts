import { expect, test } from 'vitest';
import type { PlannedAction } from '../../src/plan/changes.ts';
import { resourceRows } from '../../src/plan/rows.ts';
import { recordedReport } from '../report/recorded.ts';
import { forgetting, removal, removing } from './removals.ts';

test('a CORS rule removed through S3 is one row, though Terraform also forgets it', () => {
  const rows = resourceRows({
    plan: { changes: [forgetting] },
    desired: removing(removal()),
    backend: true,
  });
  expect(rows.map(({ action, name }) => [action, name])).toEqual([['remove rule', 'images.example']]);
});

test('what Terraform only forgets is a row of its own', () => {
  const desired = removing(removal([], false));
  expect(resourceRows({ plan: { changes: [forgetting] }, desired, backend: true })[0]?.action).toBe('forget');
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
    changes: [{ address: 'aws_iam_role.kolena', type: 'aws_iam_role', action, imported }],
  };
  const word = (backend: boolean) => resourceRows({ plan, desired: removing(), backend })[0]?.action;
  expect([word(false), word(true)]).toEqual([without, withBackend]);
});

test('what changes stands before what does not; the role before its policies before CORS', () => {
  const { plan, desired, backend } = recordedReport('change');
  if (!plan || !desired) throw new Error('the recorded report is whole');
  expect(resourceRows({ plan, desired, backend }).map(({ action, label }) => `${action}: ${label}`)).toEqual([
    'change: IAM role',
    'change: IAM policy',
    'create: CORS rules of bucket',
    'unchanged: Attachment of policy',
    'unchanged: CORS rules of bucket',
    'unchanged: CORS rules of bucket',
  ]);
});
