import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCACertificate, getLocal } from 'mockttp';

/** A company's proxy that inspects TLS, behind which hosts of the internet lead to servers of a test. */
export interface InspectingProxy {
  /** As `https://localhost:8000`; `http://` at the same port serves too. */
  readonly url: string;
  /** File of the CA that signs what the proxy shows. */
  readonly caFile: string;
  /** Host names that were asked for, each once, in alphabetical order. */
  hosts(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @param routes - for a host and all below it, as `amazonaws.com`, the URL of the server that answers for them.
 */
export async function startInspectingProxy(
  routes: Readonly<Record<string, string>>,
): Promise<InspectingProxy> {
  const ca = await generateCACertificate();
  const caFile = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
  writeFileSync(caFile, ca.cert);
  const proxy = getLocal({ https: ca });
  await proxy.start();
  const seen = new Set<string>();
  await proxy.on('request', ({ url }) => seen.add(new URL(url).hostname));
  const rules = await Promise.all(
    Object.entries(routes).map(([domain, server]) =>
      proxy
        .forAnyRequest()
        .matching(({ url }) => `.${new URL(url).hostname}`.endsWith(`.${domain}`))
        .thenPassThrough({
          transformRequest: {
            setProtocol: 'http',
            replaceHost: { targetHost: new URL(server).host, updateHostHeader: false },
          },
        }),
    ),
  );
  return {
    url: proxy.url,
    caFile,
    async hosts() {
      await Promise.all(rules.map((rule) => rule.getSeenRequests()));
      return [...seen].sort();
    },
    stop: () => proxy.stop(),
  };
}
