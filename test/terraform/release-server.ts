import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import * as openpgp from 'openpgp';
import type { ReleaseServer } from '../../src/terraform/release.ts';

/** A stand-in for releases.hashicorp.com, signed with a key of its own. */
export interface TestReleases {
  readonly server: ReleaseServer;
  /** What it serves, by path: to be tampered with. */
  readonly files: Map<string, Uint8Array>;
  /** Paths that were asked for. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** As HashiCorp names it for this machine. */
export const platform = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** A shell script that answers `version -json` as Terraform of that version does. */
export const fakeTerraform = (version: string): string =>
  `#!/bin/sh\necho '{"terraform_version":"${version}"}'\n`;

/** A key pair for signing releases. */
export async function releaseKey(): Promise<{ privateKey: openpgp.PrivateKey; publicKey: string }> {
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Test' }],
    format: 'object',
  });
  return { privateKey, publicKey: publicKey.armor() };
}

/** Signs as `gpg --detach-sign` does. */
export async function sign(bytes: Uint8Array, signingKeys: openpgp.PrivateKey): Promise<Uint8Array> {
  const message = await openpgp.createMessage({ binary: bytes });
  return (await openpgp.sign({ message, signingKeys, detached: true, format: 'binary' })) as Uint8Array;
}

/** Starts a server that offers these versions for this machine. */
export async function startReleases(versions: readonly string[]): Promise<TestReleases> {
  const { privateKey, publicKey } = await releaseKey();
  const files = new Map<string, Uint8Array>();
  const text = (content: string) => new TextEncoder().encode(content);
  files.set(
    '/terraform/index.json',
    text(JSON.stringify({ versions: Object.fromEntries(versions.map((v) => [v, {}])) })),
  );
  for (const version of versions) {
    const base = `/terraform/${version}/terraform_${version}_`;
    const zip = zipOf('terraform', fakeTerraform(version));
    const sums = text(
      `${createHash('sha256').update(zip).digest('hex')}  terraform_${version}_${platform}.zip\n`,
    );
    files.set(`${base}${platform}.zip`, zip);
    files.set(`${base}SHA256SUMS`, sums);
    files.set(`${base}SHA256SUMS.TEST.sig`, await sign(sums, privateKey));
  }
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(request.url ?? '');
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    server: { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, publicKey, keyId: 'TEST' },
    files,
    requests,
    close: () =>
      new Promise((resolve) => {
        http.close(() => {
          resolve();
        });
        http.closeAllConnections();
      }),
  };
}

/** A zip archive of one executable file, stored as it is: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function zipOf(name: string, content: string): Uint8Array {
  const data = Buffer.from(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
  const where = Buffer.alloc(14);
  where.writeUInt32LE((0o100755 << 16) >>> 0, 6);
  const madeOnUnix = Buffer.from([20, 3]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02'), madeOnUnix, common, where, Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
