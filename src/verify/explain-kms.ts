import { final, type Explanation, type Standing } from './explanation.ts';
import { expectedRoleArn } from './expectations.ts';
import { explainGuard } from './explain-guard.ts';
import type { RefusedRead } from './explanation.ts';
import type { Refusal } from './observations.ts';

/** Whether a refusal is KMS's and not S3's, whatever the object is called. */
export function isAboutKms({ code, message }: Refusal): boolean {
  const words = message.replace(/"?arn:[a-z-]+:s3:.*?(?="| because | with an explicit|$)/gs, '');
  return code.startsWith('KMS.') || /kms:\w+|\bKMS\b|ciphertext refers to/.test(words);
}

/** Names the cause of a read that failed at the object's key, which lists as any other and only fails on GetObject. */
export function explainKms(
  { refusal, location }: RefusedRead,
  { expectations, role }: Standing,
): Explanation {
  const { code, message } = refusal;
  const key = /arn:[a-z-]+:kms:[^\s"',]+/.exec(message)?.[0];
  const named = key ?? `the key of ${location.bucket}`;
  if (code.startsWith('KMS.'))
    return final(`KMS cannot use ${named}: ${message}`, 'Enable the key, or cancel its deletion.');
  if (/no resource-based policy allows/.test(message))
    return final(
      `The key policy of ${named} does not let the role decrypt.`,
      `Add this statement to the key policy:\n${keyPolicyStatement(role?.arn ?? expectedRoleArn(expectations))}`,
    );
  const guard = explainGuard(refusal, `kms:Decrypt on ${named}`);
  if (guard !== undefined)
    return { ...guard, remedy: guard.remedy.replace("the bucket's policy", 'the key policy') };
  if (key !== undefined && expectations.kmsKeyArns.includes(key))
    return {
      cause: `The config grants kms:Decrypt on ${key}, so either IAM has not spread it yet, or the role's policies are not those of the config.`,
      remedy: 'Run `command: apply`; if that does not help, raise verify-timeout.',
      mendsByWaiting: true,
    };
  return final(
    `The objects are encrypted with ${named}, and the role has no kms:Decrypt on it.`,
    `Add the key to the config and apply:\nkms-key-arns:\n  - ${key ?? '<ARN of the key>'}`,
  );
}

function keyPolicyStatement(roleArn: string): string {
  return JSON.stringify(
    {
      Sid: 'KolenaDecrypt',
      Effect: 'Allow',
      Principal: { AWS: roleArn },
      Action: 'kms:Decrypt',
      Resource: '*',
    },
    null,
    2,
  );
}
