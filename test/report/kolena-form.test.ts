import { expect, test } from 'vitest';
import { spellLocation } from '../../src/config/bucket-location.ts';
import { kolenaForm } from '../../src/report/who.ts';
import type { Report } from '../../src/report/report.ts';
import { about } from '../../src/verify/check.ts';
import { recordedReport } from './recorded.ts';

const proven: Report = { ...recordedReport('none'), checks: [about('trust-policy', {}).pass('Seen.')] };

test('a proven access is told as Kolena’s form asks for it', () => {
  const { config, desired } = proven;
  expect(kolenaForm(proven)?.split('\n')).toEqual([
    'Send this to Kolena:',
    `  Role ARN     arn:aws:iam::${desired?.accountId ?? ''}:role/KolenaS3ReadAccess`,
    `  External ID  ${config?.kolenaExternalId ?? ''}`,
    expect.stringMatching(/^ {2}Region {7}[a-z]+-[a-z]+-\d/),
    ...(config?.buckets ?? []).map((location) => `  Scope        s3://${spellLocation(location)}`),
  ]);
});

test('nothing is sent before the access is proven', () => {
  expect(kolenaForm(recordedReport('none'))).toBeUndefined();
  const checks = [...(proven.checks ?? []), about('lists', { location: 'a' }).unprovable('Not tried.')];
  expect(kolenaForm({ ...proven, checks })).toBeUndefined();
});
