import { describe, expect, it } from 'vitest';
import { policyJson } from '../../src/stack/policy-json.ts';
import { reversed, role } from './desired.ts';

describe('policyJson', () => {
  it("writes compact JSON in the order of AWS's own examples, whatever the order of the keys", () => {
    const json =
      '{"Version":"2012-10-17","Statement":[{"Sid":"KolenaAssumeRole","Effect":"Allow",' +
      '"Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole",' +
      '"Condition":{"StringEquals":{"sts:ExternalId":["example-external-id"]}}}]}';
    expect(policyJson(role.trustPolicy)).toBe(json);
    expect(policyJson(reversed(role.trustPolicy))).toBe(json);
  });

  it('orders condition keys, keeps the order of lists, and escapes policy variables', () => {
    const json = policyJson({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:GetObject'],
          Resource: 'arn:aws:s3:::home/${aws:username}',
          Condition: { StringLike: { 's3:prefix': 'b' }, Bool: { 'aws:SecureTransport': 'true' } },
        },
      ],
    });
    expect(json).toContain('["s3:ListBucket","s3:GetObject"]');
    expect(json).toContain('"arn:aws:s3:::home/$${aws:username}"');
    expect(json.indexOf('Bool')).toBeLessThan(json.indexOf('StringLike'));
  });
});
