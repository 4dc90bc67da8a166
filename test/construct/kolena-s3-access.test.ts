import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { Testing } from 'cdktf';
import { describe, expect, it } from 'vitest';
import { KolenaS3Access, type KolenaS3AccessProps } from '../../src/construct/kolena-s3-access.ts';
import { seedExternalId, seedPolicy, seedTrustPolicy } from '../support/seed.ts';

const principal = 'arn:aws:iam::444455556666:role/kolena';
const props = (changes: Partial<KolenaS3AccessProps> = {}): KolenaS3AccessProps => ({
  buckets: ['share-with-kolena'],
  kolenaPrincipalArn: principal,
  kolenaExternalId: seedExternalId,
  ...changes,
});

interface Document {
  readonly resource: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
}

/** Synthesizes a stack with the construct in it. */
function synthesized(...all: readonly KolenaS3AccessProps[]): Document {
  const json = Testing.synthScope((stack) => {
    new AwsProvider(stack, 'aws', { region: 'us-east-1' });
    all.forEach((each, index) => new KolenaS3Access(stack, `kolena-${index}`, each));
  });
  return JSON.parse(json) as Document;
}

describe('KolenaS3Access', () => {
  it("gives the role and the policy of Kolena's page", () => {
    const { resource } = synthesized(props());
    const role = resource['aws_iam_role']?.['kolena'];
    const policy = resource['aws_iam_policy']?.['kolena'];
    expect(JSON.parse(String(role?.['assume_role_policy']))).toEqual(seedTrustPolicy(principal));
    expect(JSON.parse(String(policy?.['policy']))).toEqual(seedPolicy);
    expect(Object.keys(resource)).not.toContain('aws_s3_bucket_cors_configuration');
  });

  it('hands every prop on under its name in the config file', () => {
    const { resource } = synthesized(
      props({ roleName: 'R', iamPath: '/p/', maxSessionDuration: 7200, tags: { team: 'vision' } }),
    );
    expect(resource['aws_iam_role']?.['kolena']).toMatchObject({
      name: 'R',
      path: '/p/',
      max_session_duration: 7200,
      tags: { team: 'vision' },
    });
  });

  it('writes the CORS configurations whole when told to', () => {
    const { resource } = synthesized(props({ cors: 'replace' }));
    expect(Object.keys(resource['aws_s3_bucket_cors_configuration'] ?? {})).toEqual([
      'bucket_share-with-kolena',
    ]);
  });

  it('names every problem of the props at once', () => {
    expect(() => synthesized(props({ buckets: ['UPPER'], kolenaPrincipalArn: 'nobody' }))).toThrow(
      /KolenaS3Access "kolena-0" has 2 problems:[^]*UPPER[^]*nobody/,
    );
  });

  it('says that a stack holds one of it', () => {
    expect(() => synthesized(props(), props())).toThrow(/holds "kolena-0" already[^]*Next step/);
  });
});
