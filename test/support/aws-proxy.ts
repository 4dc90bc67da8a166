import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCACertificate, getLocal } from 'mockttp';

/** A company's proxy that inspects TLS, behind which AWS's real host names lead to a gate. */
export interface AwsProxy {
  /** `HTTPS_PROXY` and the variables that name its CA to Node, to the AWS SDK and to Terraform's provider. */
  readonly env: Readonly<Record<string, string>>;
  /** Host names that were asked for, each once. */
  hosts(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the gate at this URL. */
export async function startAwsProxy(gate: string): Promise<AwsProxy> {
  const ca = await generateCACertificate();
  const caFile = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
  writeFileSync(caFile, ca.cert);
  const proxy = getLocal({ https: ca });
  await proxy.start();
  const seen = new Set<string>();
  await proxy.on('request', ({ url }) => seen.add(new URL(url).hostname));
  const toGate = await proxy
    .forAnyRequest()
    .matching(({ url }) => new URL(url).hostname.endsWith('.amazonaws.com'))
    .thenPassThrough({
      transformRequest: {
        setProtocol: 'http',
        replaceHost: { targetHost: new URL(gate).host, updateHostHeader: false },
      },
    });
  return {
    env: { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile, NODE_EXTRA_CA_CERTS: caFile },
    async hosts() {
      await toGate.getSeenRequests();
      return [...seen].sort();
    },
    stop: () => proxy.stop(),
  };
}
