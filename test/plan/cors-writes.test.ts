import { describe, expect, test } from 'vitest';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { DesiredAccess } from '../../src/access/desired-access.ts';
import { withCorsWrites } from '../../src/plan/cors-writes.ts';
import type { PlanSummary } from '../../src/plan/summary.ts';

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
const plan: PlanSummary = {
  changes: [
    { address: 'aws_iam_role.kolena', type: 'aws_iam_role', action: 'no-op', imported: true },
    { address, type: 'aws_s3_bucket_cors_configuration', action: 'no-op', imported: true },
  ],
  counts: { add: 0, change: 0, destroy: 0, import: 2 },
};

function planned(rules: readonly CorsRule[], throughS3 = true): PlanSummary {
  const cors = [{ bucket: 'pictures', region: 'us-east-1', rules: [foreign, ours], exists: true, throughS3 }];
  const desired: DesiredAccess = {
    partition: 'aws',
    region: 'us-east-1',
    policies: [],
    cors,
    tags: {},
    removals: { policies: [], cors: [] },
    warnings: [],
  };
  const buckets = { pictures: { name: 'pictures', region: 'us-east-1', corsRules: rules } };
  return withCorsWrites(plan, desired, { policies: [], buckets });
}

describe('CORS rules that are written through S3', () => {
  test('are a change of the plan, with the rules before and after', () => {
    const { changes, counts } = planned([foreign]);
    expect(counts).toEqual({ add: 0, change: 1, destroy: 0, import: 2 });
    expect(changes[0]).toEqual(plan.changes[0]);
    expect(changes[1]).toMatchObject({ address, action: 'update', imported: true });
    expect(changes[1]?.before?.['cors_rule']).toMatchObject([{ id: 'cdn', allowed_methods: ['HEAD'] }]);
    expect(changes[1]?.after?.['cors_rule']).toMatchObject([{ id: 'cdn' }, { id: 'KolenaS3Access' }]);
  });

  test('are a change when only their order differs, since S3 answers with the first that matches', () => {
    expect(planned([ours, foreign]).counts.change).toBe(1);
  });

  test('are none when they stand as they shall', () => {
    expect(planned([foreign, ours])).toEqual(plan);
  });

  test("are Terraform's own to show where it writes them", () => {
    expect(planned([foreign], false)).toEqual(plan);
  });
});
