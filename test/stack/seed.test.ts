import { describe, expect, it } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { nothingObserved } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { synthesizeAccess } from '../../src/stack/synthesize.ts';
import { seedCors, seedExternalId, seedPolicy, seedTrustPolicy } from '../support/seed.ts';

const principal = 'arn:aws:iam::444455556666:role/kolena';
const config = parseAccessConfig({
  buckets: ['share-with-kolena'],
  'kolena-principal-arn': principal,
  'kolena-external-id': seedExternalId,
});

describe("the page's bucket with defaults", () => {
  const desired = decideAccess(config, nothingObserved, { region: 'us-east-1' });
  const json = synthesizeAccess(desired, { awsProviderVersion: '>= 5.100.0, < 7.0.0' });
  const { resource } = JSON.parse(json) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  const attribute = (type: string, id: string, name: string) => resource[type]?.[id]?.[name];

  it('synthesizes its policy and its trust policy exactly', () => {
    expect(JSON.parse(attribute('aws_iam_policy', 'kolena', 'policy') as string)).toEqual(seedPolicy);
    const trust = attribute('aws_iam_role', 'kolena', 'assume_role_policy') as string;
    expect(JSON.parse(trust)).toEqual(seedTrustPolicy(principal));
  });

  it('synthesizes its CORS rule, with an ID by which it is known again', () => {
    const [rule] = seedCors;
    // Terraform takes an empty list as none.
    expect(rule?.ExposeHeaders).toEqual([]);
    expect(attribute('aws_s3_bucket_cors_configuration', 'bucket_share-with-kolena', 'cors_rule')).toEqual([
      {
        id: expect.any(String) as string,
        allowed_headers: rule?.AllowedHeaders,
        allowed_methods: rule?.AllowedMethods,
        allowed_origins: rule?.AllowedOrigins,
      },
    ]);
  });
});
