import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpClient } from '@actions/http-client';
import { downloadTool, extractZip } from '@actions/tool-cache';
import { z } from 'zod';
import { saidBy, UserError } from '../base/errors.ts';
import { isUntrustedCertificate, untrustedCertificateRemedy } from '../problem/network-error.ts';
import { fileHashes } from './file-hashes.ts';
import { hashicorpPublicKey } from './hashicorp-key.ts';
import { verifySignature } from './signature.ts';
import { newestAllowed, type VersionConstraint } from '../config/version-constraint.ts';

/** Where Terraform's releases are, and whose signature they bear. */
export interface ReleaseServer {
  readonly url: string;
  /** Armored. */
  readonly publicKey: string;
  /** The key's short ID, as in the names of the signature files. */
  readonly keyId: string;
}

/** https://releases.hashicorp.com */
export const hashicorpReleases: ReleaseServer = {
  url: 'https://releases.hashicorp.com',
  publicKey: hashicorpPublicKey,
  keyId: '72D7468F',
};

/** HashiCorp's words for Node's platforms and architectures, where they differ. */
const names: Readonly<Record<string, string>> = { win32: 'windows', x64: 'amd64', ia32: '386' };

/** The newest published version that a constraint allows. Throws `terraform-missing`. */
export async function newestRelease(
  { url }: ReleaseServer,
  allows: VersionConstraint,
): Promise<string | undefined> {
  const index = await fetchBytes(`${url}/terraform/index.json`);
  const schema = z.object({ versions: z.record(z.string(), z.unknown()) });
  const { versions } = schema.parse(JSON.parse(new TextDecoder().decode(index)));
  return newestAllowed(Object.keys(versions), allows);
}

/** Downloads one version for this machine into a folder, with what it is verified by. Throws `terraform-missing`. */
export async function downloadRelease(server: ReleaseServer, version: string, folder: string): Promise<void> {
  const { zip, sums, signature } = filesOf(server, version);
  const base = `${server.url}/terraform/${version}`;
  const [list, signed] = await Promise.all([
    fetchBytes(`${base}/${sums}`),
    fetchBytes(`${base}/${signature}`),
  ]);
  await Promise.all([writeFile(join(folder, sums), list), writeFile(join(folder, signature), signed)]);
  await expectedChecksum(server, version, folder);
  await downloadTool(`${base}/${zip}`, join(folder, zip)).catch((cause: unknown) => {
    throw unavailable(`${base}/${zip} could not be downloaded: ${saidBy(cause)}`, cause);
  });
  await verifyRelease(server, version, folder);
}

/** Throws `terraform-missing` unless a folder holds one version as the signer released it. */
async function verifyRelease(server: ReleaseServer, version: string, folder: string): Promise<void> {
  const { zip } = filesOf(server, version);
  const expected = await expectedChecksum(server, version, folder);
  const [actual] = await fileHashes([join(folder, zip)]);
  if (actual !== expected)
    throw untrusted(`${join(folder, zip)} has the checksum ${actual} and should have ${expected}`);
}

/** Unpacks a downloaded version where it lies, once it is verified. Throws `terraform-missing`. */
export async function unpackRelease(server: ReleaseServer, version: string, folder: string): Promise<void> {
  await verifyRelease(server, version, folder);
  const { zip } = filesOf(server, version);
  await extractZip(join(folder, zip), folder).catch((cause: unknown) => {
    throw unavailable(`${zip} could not be unpacked: ${saidBy(cause)}`, cause);
  });
}

function filesOf({ keyId }: ReleaseServer, version: string) {
  const platform = `${names[process.platform] ?? process.platform}_${names[process.arch] ?? process.arch}`;
  const sums = `terraform_${version}_SHA256SUMS`;
  return { zip: `terraform_${version}_${platform}.zip`, sums, signature: `${sums}.${keyId}.sig` };
}

/** The checksum of this machine's build, after the signature of the list is found to be good. */
async function expectedChecksum(server: ReleaseServer, version: string, folder: string): Promise<string> {
  const { zip, sums, signature: signed } = filesOf(server, version);
  const [bytes, signature] = await Promise.all([
    readFile(join(folder, sums)),
    readFile(join(folder, signed)),
  ]);
  await verifySignature({ bytes, signature, publicKey: server.publicKey }).catch((cause: unknown) => {
    throw untrusted(`${sums} is not signed with the key ${server.keyId}`, cause);
  });
  const expected = checksumOf(zip, bytes.toString());
  if (expected === undefined) throw unavailable(`${server.url} has no build for this machine (${zip})`);
  return expected;
}

function checksumOf(file: string, sums: string): string | undefined {
  return sums
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, name]) => name === file)?.[0];
}

/** GETs a small file through the proxy that the environment names. */
async function fetchBytes(url: string): Promise<Uint8Array> {
  const client = new HttpClient('kolena-s3-access', [], {
    allowRetries: true,
    maxRetries: 3,
    socketTimeout: 30_000,
  });
  try {
    const response = await client.get(url);
    const status = response.message.statusCode ?? 0;
    if (status !== 200) throw new Error(`HTTP status ${status}`);
    const body = await response.readBodyBuffer?.();
    if (body === undefined) throw new Error('no body');
    return new Uint8Array(body);
  } catch (cause) {
    throw unavailable(`${url} could not be downloaded: ${saidBy(cause)}`, cause);
  } finally {
    client.dispose();
  }
}

function unavailable(message: string, cause?: unknown): UserError {
  return new UserError({
    reason: 'terraform-missing',
    message: `Terraform could not be installed: ${message}.`,
    remedy: remedyOf(message),
    cause,
  });
}

function remedyOf(message: string): string {
  if (isUntrustedCertificate(message)) return untrustedCertificateRemedy;
  if (/\bENOSPC\b/.test(message)) return "Make room on the runner's disk, or put Terraform on PATH.";
  if (message.includes('Unable to locate executable file'))
    return 'Install `unzip` on the runner, put Terraform on PATH, or set `terraform-path`.';
  return (
    'Put Terraform on PATH, set `terraform-path`, or let the runner reach releases.hashicorp.com (HTTPS_PROXY and ' +
    'NODE_EXTRA_CA_CERTS are honoured). Versions are listed at https://releases.hashicorp.com/terraform.'
  );
}

function untrusted(message: string, cause?: unknown): UserError {
  return new UserError({
    reason: 'terraform-missing',
    message: `Terraform is not used: ${message}.`,
    remedy:
      'Empty the folder in the tool cache, if it lies in one, and run again; if it stays so, it was tampered with on its way or by another job: look at proxy and runner, and do not use it.',
    cause,
  });
}
