import { describe, expect, test } from 'vitest';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { ResourceChange } from '../../src/plan/changes.ts';
import { summarizePlan, type PlanSummary } from '../../src/plan/summary.ts';

const foreign: CorsRule = {
  ID: 'cdn',
  AllowedMethods: ['HEAD'],
  AllowedOrigins: ['https://cdn.example.com'],
};
const ours: CorsRule = {
  ID: 'KolenaS3Access',
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://app.kolena.io'],
};
const address = 'aws_s3_bucket_cors_configuration.bucket_pictures';
const changes: ResourceChange[] = [
  { address: 'aws_iam_role.kolena', type: 'aws_iam_role', action: 'no-op', imported: true },
  { address, type: 'aws_s3_bucket_cors_configuration', action: 'no-op', imported: true },
];
const unchanged = { changes, counts: { add: 0, change: 0, destroy: 0, import: 2 }, hasChanges: false };

function planned(rules: readonly CorsRule[], throughS3 = true): PlanSummary {
  const cors = {
    bucket: 'pictures',
    region: 'us-east-1',
    rules: { others: [foreign], kolena: ours },
    replacesOthers: false,
    exists: true,
    throughS3,
  };
  const desired = { cors: [cors], removals: { policies: [], cors: [] } };
  const buckets = { pictures: { name: 'pictures', region: 'us-east-1', corsRules: rules } };
  return summarizePlan({ changes, desired, observed: { buckets }, backend: false });
}

describe('CORS rules that are written through S3', () => {
  test('are a change of the plan, with the rules before and after', () => {
    const { changes: all, counts } = planned([foreign]);
    expect(counts).toEqual({ add: 0, change: 1, destroy: 0, import: 2 });
    expect(all[0]).toEqual(changes[0]);
    expect(all[1]).toMatchObject({ address, action: 'update', imported: true });
    expect(all[1]?.before?.['cors_rule']).toMatchObject([{ id: 'cdn', allowed_methods: ['HEAD'] }]);
    expect(all[1]?.after?.['cors_rule']).toMatchObject([{ id: 'cdn' }, { id: 'KolenaS3Access' }]);
  });

  test('are a change when only their order differs, since S3 answers with the first that matches', () => {
    expect(planned([ours, foreign]).counts.change).toBe(1);
  });

  test('are none when they stand as they shall', () => {
    expect(planned([foreign, ours])).toEqual(unchanged);
  });

  test("are Terraform's own to show where it writes them", () => {
    expect(planned([foreign], false)).toEqual(unchanged);
  });
});
