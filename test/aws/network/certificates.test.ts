import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';

import { generateCACertificate, getLocal, type Mockttp } from 'mockttp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { childCertificates } from '../../../src/aws/network/certificates.ts';

const run = promisify(execFile);
let folder: string;
let server: Mockttp;
let cert: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const ca = await generateCACertificate();
  cert = ca.cert;
  writeFileSync(join(folder, 'ca.pem'), cert);
  writeFileSync(join(folder, 'other.pem'), '-----BEGIN CERTIFICATE-----\nother\n');
  server = getLocal({ https: ca });
  await server.start();
  await server.forGet('/').always().thenReply(200, 'hello');
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a child process', () => {
  test.each([
    ['AWS_CA_BUNDLE', ['AWS_CA_BUNDLE', 'SSL_CERT_FILE']],
    ['NODE_EXTRA_CA_CERTS', ['SSL_CERT_FILE']],
  ])('trusts the CA that %s names, beside the public ones, by %j', (name, variables) => {
    const given = childCertificates({ [name]: join(folder, 'ca.pem') }, folder);
    expect(Object.keys(given).sort()).toEqual(variables);
    const pem = readFileSync(given['SSL_CERT_FILE'] ?? '', 'utf8');
    for (const certificate of [cert.trim(), tls.rootCertificates[0] ?? '-'])
      expect(pem).toContain(certificate);
  });

  test('a child process keeps what SSL_CERT_FILE named before', () => {
    const env = { AWS_CA_BUNDLE: join(folder, 'ca.pem'), SSL_CERT_FILE: join(folder, 'other.pem') };
    const pem = readFileSync(childCertificates(env, folder)['SSL_CERT_FILE'] ?? '', 'utf8');
    expect(pem).toContain(cert.trim());
    expect(pem).toContain('other');
  });

  test('a child process is left alone where no CA is named', () => {
    expect(childCertificates({ SSL_CERT_FILE: join(folder, 'other.pem') }, folder)).toEqual({});
  });

  test('the proxy’s CA is trusted by a TLS client that reads that file alone', async () => {
    const { SSL_CERT_FILE = '' } = childCertificates({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }, folder);
    const status = new Promise((resolve, reject) => {
      get(`${server.url}/`, { ca: readFileSync(SSL_CERT_FILE) }, (answer) => {
        resolve(answer.resume().statusCode);
      }).on('error', reject);
    });
    expect(await status).toBe(200);
  });
});

describe('all TLS of the process', () => {
  // Node can change its roots while it runs since 22.19 and 24.5.
  const able = 'setDefaultCACertificates' in tls;

  test(
    able ? 'trusts what AWS_CA_BUNDLE names' : 'is left to NODE_EXTRA_CA_CERTS by this old Node',
    async () => {
      const script = `
      import { trustEverywhere } from './src/aws/network/certificates.ts';
      trustEverywhere(process.env);
      const answer = await fetch('${server.url}/').then((response) => response.text(), () => 'not trusted');
      console.log(answer);
    `;
      const env = { PATH: process.env['PATH'], AWS_CA_BUNDLE: join(folder, 'ca.pem') };
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        {
          env,
        },
      );
      expect(stdout.trim()).toBe(able ? 'hello' : 'not trusted');
    },
  );
});
