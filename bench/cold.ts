/**
 * The first run on a hosted runner: where the AWS provider comes from, against a registry on this machine that gives 100 MB a
 * second. Seconds of `plan`, and what was downloaded, without a cache, with a cold and a warm plugin cache.
 *
 *   npx tsx bench/cold.ts [runs]
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { testedProvider } from '../src/terraform/tested-provider.ts';
import { cacheFolder } from '../test/support/cache-folder.ts';
import { findProvider, platform, providerPath } from '../test/support/provider-mirror.ts';
import { startScene } from '../test/support/scene.ts';
import { medianOf } from './table.ts';

const BYTES_A_SECOND = 100_000_000;
const runs = Number(process.argv[2] ?? 3);
const { version } = testedProvider;
const scene = await startScene();
const archive = zipped(join(findProvider(scene.terraform.binary), providerPath, version, platform));
const registry = await startRegistry();
try {
  const warm = mkdtempSync(join(tmpdir(), 'plugins-'));
  const kinds = {
    'no cache': () => undefined,
    'plugin cache, empty': () => mkdtempSync(join(tmpdir(), 'plugins-')),
    'plugin cache, filled': () => warm,
  };
  await plan(warm);
  const results: Record<string, { seconds: number; downloads: number }[]> = {};
  for (let turn = 0; turn < runs; turn += 1)
    for (const [kind, cache] of Object.entries(kinds)) (results[kind] ??= []).push(await plan(cache()));
  console.log('| provider from | plan | ratio to no cache | downloads |\n| --- | --- | --- | --- |');
  const base = medianOf((results['no cache'] ?? []).map(({ seconds }) => seconds));
  for (const [kind, all] of Object.entries(results)) {
    const seconds = medianOf(all.map((run) => run.seconds));
    console.log(
      `| ${kind} | ${seconds.toFixed(1)} s | ${(seconds / base).toFixed(2)} | ${all[0]?.downloads ?? 0} |`,
    );
  }
} finally {
  registry.close();
  await scene.stop();
}

async function plan(cache: string | undefined) {
  registry.downloads = 0;
  const cliConfig = join(mkdtempSync(join(tmpdir(), 'cli-')), 'config.tfrc');
  writeFileSync(
    cliConfig,
    `host "registry.terraform.io" {\n  services = { "providers.v1" = "${registry.url}/" }\n}\n`,
  );
  const started = performance.now();
  const { exitCode, log } = await scene.run(
    { command: 'plan', verify: 'off' },
    {
      env: {
        TF_CLI_CONFIG_FILE: cliConfig,
        TF_PLUGIN_CACHE_DIR: cache ?? '',
        GOGC: '',
        CHECKPOINT_DISABLE: '1',
      },
    },
  );
  if (exitCode !== 0) throw new Error(log);
  return { seconds: (performance.now() - started) / 1000, downloads: registry.downloads };
}

/** As the registry gives it, made once. */
function zipped(folder: string): string {
  const file = join(cacheFolder('bench'), `terraform-provider-aws_${version}_${platform}.zip`);
  if (!existsSync(file))
    execFileSync('python3', [
      '-m',
      'zipfile',
      '-c',
      file,
      ...readdirSync(folder).map((name) => join(folder, name)),
    ]);
  return file;
}

/** https://developer.hashicorp.com/terraform/internals/provider-registry-protocol */
async function startRegistry() {
  const bytes = readFileSync(archive);
  const filename = `terraform-provider-aws_${version}_${platform}.zip`;
  const shasum = createHash('sha256').update(bytes).digest('hex');
  const sums = `${shasum}  ${filename}\n`;
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: 'bench' }], format: 'armored' });
  const signature: unknown = await sign({
    message: await createMessage({ binary: Buffer.from(sums) }),
    signingKeys: await readPrivateKey({ armoredKey: privateKey }),
    detached: true,
    format: 'binary',
  });
  const [os = '', arch = ''] = platform.split('_');
  const state = { url: '', downloads: 0, close: () => server.close() };
  const server = createServer((request, response) => {
    const json = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    switch (request.url ?? '') {
      case '/hashicorp/aws/versions':
        return json({ versions: [{ version, protocols: ['5.0'], platforms: [{ os, arch }] }] });
      case `/hashicorp/aws/${version}/download/${os}/${arch}`:
        return json({
          protocols: ['5.0'],
          ...{ os, arch, filename, shasum },
          download_url: `${state.url}/zip`,
          shasums_url: `${state.url}/sums`,
          shasums_signature_url: `${state.url}/signature`,
          signing_keys: { gpg_public_keys: [{ key_id: 'BENCH', ascii_armor: publicKey }] },
        });
      case '/sums':
        return response.end(sums);
      case '/signature':
        return response.end(Buffer.from(signature as Uint8Array));
      default:
        state.downloads += 1;
        return void send(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

async function send(response: ServerResponse): Promise<void> {
  response.setHeader('content-length', statSync(archive).size);
  const started = performance.now();
  let sent = 0;
  for await (const chunk of createReadStream(archive, { highWaterMark: 2 ** 20 })) {
    response.write(chunk);
    sent += (chunk as Buffer).length;
    const ahead = (sent / BYTES_A_SECOND) * 1000 - (performance.now() - started);
    if (ahead > 0) await sleep(ahead);
  }
  response.end();
}
