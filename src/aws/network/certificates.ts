import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { UserError } from '../../base/errors.ts';
import type { Environment } from '../../base/environment.ts';

/** Loaded when certificates are named, since it takes long. */
const tls = () => process.getBuiltinModule('node:tls');

/** Node's roots with `AWS_CA_BUNDLE`'s PEM file; `undefined` without one. Throws a UserError when it is unreadable. */
export function trustedCertificates(env: Environment): SecureContext | undefined {
  // Naming any certificate switches Node's own reading of NODE_EXTRA_CA_CERTS off: https://nodejs.org/api/cli.html
  return env['AWS_CA_BUNDLE'] ? tls().createSecureContext({ ca: allRoots(env) }) : undefined;
}

/** Makes all TLS of this process trust `AWS_CA_BUNDLE`; Node before 22.19 or 24.5 knows `NODE_EXTRA_CA_CERTS` alone. */
export function trustEverywhere(env: Environment): void {
  if (!env['AWS_CA_BUNDLE']) return;
  const { setDefaultCACertificates } = tls() as {
    setDefaultCACertificates?: (certificates: readonly string[]) => void;
  };
  setDefaultCACertificates?.(allRoots(env));
}

/** Variables that make Terraform trust the same: they name one file of all certificates, written into `directory`. */
export function childCertificates(env: Environment, directory: string): Record<string, string> {
  if (!env['AWS_CA_BUNDLE'] && !env['NODE_EXTRA_CA_CERTS']) return {};
  // Go reads neither `NODE_EXTRA_CA_CERTS` nor a second file: https://pkg.go.dev/crypto/x509#SystemCertPool
  const path = join(directory, 'ca-certificates.pem');
  const own = env['SSL_CERT_FILE'] ? [readExtra(env['SSL_CERT_FILE'])] : [];
  writeFileSync(path, [...allRoots(env), ...own].join('\n'));
  return { SSL_CERT_FILE: path, ...(env['AWS_CA_BUNDLE'] && { AWS_CA_BUNDLE: path }) };
}

function allRoots(env: Environment): string[] {
  const bundle = env['AWS_CA_BUNDLE'];
  const extra = env['NODE_EXTRA_CA_CERTS'];
  return [
    ...tls().rootCertificates,
    ...(bundle ? [readBundle(bundle)] : []),
    ...(extra ? [readExtra(extra)] : []),
  ];
}

function readBundle(path: string): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unusableBundle(path, 'it cannot be read', cause);
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw unusableBundle(path, 'it holds no PEM certificate');
  return pem;
}

/** Node warns of an unreadable NODE_EXTRA_CA_CERTS and goes on; so do we. */
function readExtra(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function unusableBundle(path: string, why: string, cause?: unknown): UserError {
  return new UserError({
    reason: 'credentials',
    message: `AWS_CA_BUNDLE names ${path}, but ${why}.`,
    remedy: 'Point AWS_CA_BUNDLE at a readable file of PEM certificates, or unset it.',
    cause,
  });
}
