import { getDomain } from 'tldts';
import type { TextRule } from './text.ts';

const ORIGIN = /^(https?):\/\/([a-z0-9*.-]+)(?::(\d{1,5}))?$/;

const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** A web origin, which S3 compares by character. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export const corsOrigin: TextRule = {
  // No expression knows the public suffix list.
  pattern: new RegExp(
    String.raw`^(?!https?:\/\/\*(?:(?!\S)|:)|[^*\s]*\*[^*\s]*\*|http:\S*:80(?!\S)|https:\S*:443(?!\S)|\S*\.\.)https?:\/\/(?![.-])[a-z0-9*.-]+(?<![.-])` +
      String.raw`(?::(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$`,
  ),
  problemOf: (origin) => {
    if (origin === '*' || /^https?:\/\/\*$/.test(origin))
      return 'would open the bucket to every web site: name the origins, as "https://app.kolena.io"';
    const [, scheme = '', host = '', port] = ORIGIN.exec(origin) ?? [];
    if (host === '') return malformed(origin);
    if ((host.match(/\*/g) ?? []).length > 1) return 'has more than one "*": S3 takes one per origin';
    if (host.includes('*') && !endsInOneDomain(host))
      return 'has a "*" that lets in domains of others: a whole domain that one owner registered must stand behind it, as "https://*.kolena.io"';
    if (/^[.-]|[.-]$|\.\./.test(host)) return malformed(origin);
    if (port !== undefined && port === DEFAULT_PORT[scheme])
      return `names the default port, which browsers leave out: did you mean "${scheme}://${host}"?`;
    if (port !== undefined && Number(port) > 65_535) return 'has a port above 65535';
    return undefined;
  },
};

/** Whether all hosts that a pattern matches lie in one registered domain, by the public suffix list (https://publicsuffix.org). */
function endsInOneDomain(host: string): boolean {
  const [, parents = ''] = /\*[^.]*\.(.+)$/.exec(host) ?? [];
  // `*.0.0.1` lets in addresses, which have no domain.
  return getDomain(parents, { allowPrivateDomains: true }) !== null && !/\.\d+$/.test(parents);
}

function malformed(origin: string): string {
  const withoutPath = /^(https?:\/\/[^/]+)\/+[^/]*.*$/i.exec(origin)?.[1]?.toLowerCase();
  const candidate = withoutPath ?? (/^https?:\/\//i.test(origin) ? origin.toLowerCase() : undefined);
  const meant = candidate !== undefined && ORIGIN.test(candidate) ? `: did you mean "${candidate}"?` : '';
  return `is not an origin, as "https://app.kolena.io": scheme, lower-case host and perhaps a port, no path${meant}`;
}
