import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { corsBucketsInState } from '../../src/local/local-state.ts';

/** The buckets in a state file with this text. */
function bucketsIn(text: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'state-')), 'terraform.tfstate');
  writeFileSync(path, text);
  return corsBucketsInState(path);
}

const resource = (provider: string, instances: unknown[]) => ({
  type: 'aws_s3_bucket_cors_configuration',
  provider: `provider["registry.terraform.io/hashicorp/aws"]${provider}`,
  instances,
});

test('the buckets of a state are found, with the region of their provider', () => {
  const resources = [
    resource('', [{ attributes: { bucket: 'a' } }]),
    resource('.eu-west-1', [{ attributes: { bucket: 'b' } }, {}]),
  ];
  expect(bucketsIn(JSON.stringify({ version: 4, resources }))).toEqual([
    { bucket: 'a' },
    { bucket: 'b', region: 'eu-west-1' },
  ]);
});

test.each(['', '\n', '{"version":4}'])('a state of %j holds none', (text) => {
  expect(bucketsIn(text)).toEqual([]);
});

test('where there is no file, there is no state', () => {
  expect(corsBucketsInState('/nowhere/terraform.tfstate')).toEqual([]);
});

test.each(['{"version": 4, "resou', '[]', '{"resources": 1}', 'null'])(
  'a file with %s is told as what it is, with the way out',
  (text) => {
    expect(() => bucketsIn(text)).toThrow(
      expect.objectContaining({
        reason: 'invalid-input',
        remedy: expect.stringContaining(
          'terraform.tfstate.backup in its place, or delete the file',
        ) as string,
      }),
    );
  },
);
