import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument, Statement } from '../../src/iam/policy-document.ts';
import { keyArn } from './good.ts';

export const roleArn = 'arn:aws:iam::111122223333:role/Kolena';

/** A policy of these statements. */
export function policyOf(...statements: readonly Partial<Statement>[]): PolicyDocument {
  const whole = statements.map((one) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: '*',
    ...one,
  }));
  // What a row takes out by `undefined` is gone.
  return JSON.parse(JSON.stringify({ Version: '2012-10-17', Statement: whole })) as PolicyDocument;
}

/** A key policy of these statements. */
export function keyPolicyOf(...statements: readonly Partial<Statement>[]): PolicyDocument {
  return policyOf(...statements.map((one) => ({ Effect: 'Allow' as const, Action: 'kms:*', ...one })));
}

interface Asked {
  readonly policy: PolicyDocument;
  readonly action?: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Whether RestrictPublicBuckets is on. */
  readonly restrictsPublic?: boolean;
}

/** Whether AWS lets a session of the role read, as an engine decides that is not the product's. */
export async function letsRoleIn({
  policy,
  action = 's3:GetObject',
  context = {},
  restrictsPublic = false,
}: Asked): Promise<boolean> {
  const isKey = action.startsWith('kms:');
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const result = await runSimulation(
    {
      request: {
        principal: 'arn:aws:sts::111122223333:assumed-role/Kolena/kolena',
        action,
        resource: { resource: isKey ? keyArn : 'arn:aws:s3:::pictures/a.png', accountId: '111122223333' },
        contextVariables: {
          'aws:PrincipalArn': roleArn,
          'aws:PrincipalAccount': '111122223333',
          'aws:SecureTransport': 'true',
          'aws:ViaAWSService': 'false',
          'aws:MultiFactorAuthPresent': 'false',
          'aws:userid': 'AROAEXAMPLE:kolena',
          'aws:CurrentTime': '2026-11-26T00:00:00Z',
          ...context,
        },
      },
      identityPolicies: [{ name: 'all', policy: everything }],
      resourcePolicy: policy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(!isKey && { additionalSettings: { s3: { blockPublicAccess: restrictsPublic } } }),
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}
