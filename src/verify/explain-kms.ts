import { type MissingRight, parseDenial, statementFor } from '../problem/denial.ts';
import { expectedRoleArn } from './expectations.ts';
import { explainGuard, final, type Explanation, type LiveAccess, type RefusedRead } from './explanation.ts';
import type { Refusal } from './observations.ts';

/** Whether a refusal is KMS's and not S3's, whatever the object is called. */
export function isAboutKms({ code, message }: Refusal): boolean {
  const denial = parseDenial(message);
  if (denial !== undefined) return denial.action.startsWith('kms:');
  return code.startsWith('KMS.') || /\bKMS\b|ciphertext refers to/.test(message);
}

/** Names the cause of a read that failed at the object's key, which lists as any other and only fails on GetObject. */
export function explainKms({ refusal, location }: RefusedRead, live: LiveAccess): Explanation {
  const { expectations, role } = live;
  const { code, message } = refusal;
  const key = /arn:[a-z-]+:kms:[^\s"',]+/.exec(message)?.[0];
  const named = key ?? `the key of ${location.bucket}`;
  if (code.startsWith('KMS.'))
    return final(`KMS cannot use ${named}: ${message}`, 'Enable the key, or cancel its deletion.');
  const denial = parseDenial(message);
  if (denial?.kind === 'implicit' && denial.policyKind === 'resource-based policy')
    return final(
      `The key policy of ${named} does not let the role decrypt.`,
      statementFor(decryptStatement(role?.arn ?? expectedRoleArn(expectations)), 'the key policy'),
    );
  const guard = explainGuard(refusal, `kms:Decrypt on ${named}`);
  if (guard !== undefined)
    return { ...guard, remedy: guard.remedy.replace("the bucket's policy", 'the key policy') };
  if (key !== undefined && expectations.kmsKeyArns.includes(key))
    return {
      message: `The config grants kms:Decrypt on ${key}, so either IAM has not spread it yet, or the role's policies are not those of the config.`,
      remedy: 'Run `command: apply`; if that does not help, raise verify-timeout.',
      mendsByWaiting: true,
    };
  return final(
    `The objects are encrypted with ${named}, and the role has no kms:Decrypt on it.`,
    `Add the key to the config and apply:\nkms-key-arns:\n  - ${key ?? '<ARN of the key>'}`,
  );
}

/** What a key policy that lets nobody of the account in has to say. */
export function decryptStatement(roleArn: string): MissingRight {
  return { Sid: 'KolenaDecrypt', Principal: { AWS: roleArn }, Action: 'kms:Decrypt', Resource: '*' };
}
