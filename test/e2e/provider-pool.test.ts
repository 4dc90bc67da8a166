import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, connectTo } from '../../src/terraform/grpc.ts';
import { providerOf } from '../support/recording-provider.ts';
import { localTerraform } from '../support/terraform.ts';
import { startScript } from '../support/thin-provider/mirror.ts';
import { openProviderPool, type ProviderPool } from '../support/thin-provider/pool.ts';

let pool: ProviderPool;
let folder: string;

const file = (name: string) => join(folder, name);
const starts = () => readFileSync(file('starts'), 'utf8').split('\n').length - 1;

beforeEach(async () => {
  pool = openProviderPool();
  folder = mkdtempSync(join(tmpdir(), 'pool-test-'));
  const { untouched } = await localTerraform();
  const { original } = providerOf(untouched['TF_CLI_CONFIG_FILE'] ?? '');
  writeFileSync(file('starts'), '');
  writeFileSync(file('provider'), `#!/bin/sh\necho start >>'${file('starts')}'\nexec '${original}' "$@"\n`, {
    mode: 0o755,
  });
  const paths = { executable: file('provider'), schemaFile: file('schema') };
  writeFileSync(file('lent'), startScript('no serve.mjs', paths), { mode: 0o755 });
});
afterEach(() => pool.close());

/** What a command does with a provider: it starts one, calls it, and ends it, maybe amid a call. */
async function use(calls: readonly string[], accessKeyId = 'first', amid?: string): Promise<void> {
  const child = spawn(file('lent'), ['-debug'], {
    env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: accessKeyId, KOLENA_TEST_PROVIDERS: pool.requests },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const session = connectTo(/"String":"([^"]+)"/.exec(line)?.[1] ?? '');
  for (const call of calls) await ask(session, `/tfplugin5.Provider/${call}`);
  if (amid !== undefined) {
    const headers = { 'content-type': 'application/grpc', te: 'trailers' };
    // Its message never comes, so that it is not answered.
    session.request({ ':method': 'POST', ':path': `/tfplugin5.Provider/${amid}`, ...headers });
    // Answered behind the call, which is there then.
    await new Promise((resolve) => session.ping(resolve));
  }
  session.destroy();
  child.kill('SIGTERM');
  await once(child, 'close');
}

test('a provider serves one command after the other, each with the same credentials', async () => {
  await use(['GetMetadata']);
  await use(['GetMetadata']);
  expect(starts()).toBe(1);
  await use(['GetMetadata'], 'second');
  expect(starts()).toBe(2);
});

test('a provider that Terraform has stopped serves nobody any more', async () => {
  await use(['GetMetadata', 'Stop']);
  await use(['GetMetadata']);
  expect(starts()).toBe(2);
});

test('a provider that owes an answer serves nobody any more: it may still be writing', async () => {
  await use(['GetMetadata'], 'first', 'ApplyResourceChange');
  await use(['GetMetadata']);
  expect(starts()).toBe(2);
});
