import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repository } from '../../scripts/repository.ts';
import { accessJsonSchema } from '../../scripts/access-json-schema.ts';

test('the committed JSON Schema is what `npm run docs` writes', () => {
  const committed: unknown = JSON.parse(readFileSync('kolena-s3.schema.json', 'utf8'));
  const $id = `https://raw.githubusercontent.com/${repository().slug}/v1/kolena-s3.schema.json`;
  expect(committed).toEqual({ $id, ...accessJsonSchema() });
});

test('editors see every key of the contract with a description and its default', () => {
  const { properties, required } = accessJsonSchema() as {
    properties: Record<string, { description?: string; default?: unknown }>;
    required: string[];
  };
  expect(required).toEqual(['buckets']);
  expect(Object.values(properties).every(({ description = '' }) => /[.…]$/.test(description))).toBe(true);
  expect(Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, value.default]))).toEqual({
    buckets: undefined,
    'kolena-principal-arn': undefined,
    'kolena-external-id': undefined,
    'access-until': undefined,
    'role-name': 'KolenaS3ReadAccess',
    'policy-name': 'KolenaS3ReadAccess',
    'iam-path': '/',
    'permissions-boundary-arn': undefined,
    'max-session-duration': 3600,
    'include-public-datasets': true,
    'object-versions': false,
    'kms-key-arns': [],
    'other-policy-arns': [],
    cors: 'merge',
    'cors-origins': ['https://app.kolena.io'],
    tags: {},
    'kolena-trust-policy': undefined,
  });
});
