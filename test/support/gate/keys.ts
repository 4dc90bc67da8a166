import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import type { AwsError } from './aws-error.ts';
import type { AwsRequest } from './request.ts';

/** The customer's KMS keys. */
export interface Keys {
  /** The policy of a key; one that was never added trusts its account, as new keys do. */
  policyOf(keyArn: string): PolicyDocument;
  /** The key that an alias's ARN stands for; a key stands for itself. */
  keyOf(arn: string): string;
  add(keyArn: string, keyPolicy: PolicyDocument, alias?: string): void;
}

/** An empty register of keys. */
export function openKeys(): Keys {
  const policies = new Map<string, PolicyDocument>();
  const aliases = new Map<string, string>();
  return {
    policyOf: (keyArn) => policies.get(keyArn) ?? trusting(keyArn.split(':')[4] ?? ''),
    keyOf: (arn) => aliases.get(arn) ?? arn,
    add(keyArn, keyPolicy, alias) {
      policies.set(keyArn, keyPolicy);
      if (alias !== undefined) aliases.set(keyArn.replace(/key\/.*$/, `alias/${alias}`), keyArn);
    },
  };
}

/** KMS's answer to a question that was authorized. */
export function answerOfKms({ headers, body }: AwsRequest, keys: Keys): object | AwsError {
  const { KeyId = '' } = JSON.parse(body.toString()) as { KeyId?: string };
  const key = keys.keyOf(KeyId);
  const answers: Readonly<Record<string, object>> = {
    'TrentService.DescribeKey': { KeyMetadata: { Arn: key, KeyId: key.split('/').at(-1) } },
    'TrentService.GetKeyPolicy': { Policy: JSON.stringify(keys.policyOf(KeyId)), PolicyName: 'default' },
  };
  return (
    answers[headers['x-amz-target'] ?? ''] ?? {
      status: 400,
      code: 'UnknownOperationException',
      message: 'The gate has no such operation.',
    }
  );
}

function trusting(account: string): PolicyDocument {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
  };
}
