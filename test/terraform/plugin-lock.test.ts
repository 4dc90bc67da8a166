import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownPluginLock } from '../../src/terraform/plugin-lock.ts';
import { logTo } from '../support/log.ts';

const aws = 'registry.terraform.io/hashicorp/aws';

/** What becomes of a lock file with these providers, and what the log says of it. */
async function lockOf(...providers: readonly string[]) {
  const path = join(mkdtempSync(join(tmpdir(), 'lock-')), '.terraform.lock.hcl');
  const blocks = providers.map((name) => `provider "${name}" {\n  version = "5.100.0"\n}\n`);
  writeFileSync(path, ['# This file is maintained automatically.\n', ...blocks].join('\n'));
  const lines: string[] = [];
  return { path, own: await ownPluginLock(path, logTo(lines)), lines };
}

test.each([aws, 'registry.opentofu.org/hashicorp/aws'])(
  'a lock file of %s alone is kept to',
  async (name) => {
    const { path, own, lines } = await lockOf(name);
    expect(own).toBe(path);
    expect(lines).toEqual([]);
  },
);

test.each([
  [[aws, 'registry.terraform.io/hashicorp/random'], 'hashicorp/random'],
  [['registry.terraform.io/hashicorp/google'], 'hashicorp/google'],
  [['example.com/hashicorp/aws'], 'example.com'],
  [[], 'no provider'],
])(
  'a lock file of %j is about another stack: it is passed over, and the log says so',
  async (providers, named) => {
    const { own, lines } = await lockOf(...providers);
    expect(own).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining(named)]);
  },
);

test('without a lock file there is nothing to say', async () => {
  const lines: string[] = [];
  expect(await ownPluginLock(undefined, logTo(lines))).toBeUndefined();
  expect(lines).toEqual([]);
});
