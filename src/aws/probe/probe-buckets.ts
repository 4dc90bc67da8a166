import { matchingRule } from '../../cors/browser.ts';
import { defined } from '../../base/defined.ts';
import { concreteOrigin, unknownOrigin } from '../../verify/browser-origins.ts';
import type { BucketObservation } from '../../verify/observations.ts';
import { askPreflight, objectUrl } from './ask-as-browser.ts';
import { readCorsRules } from '../cors.ts';
import { askWithRetries } from './retry.ts';
import type { Probe } from './probe-context.ts';
import { attempt } from '../../problem/aws-error.ts';

/** Any key will do: a preflight does not look whether the object exists. */
const preflightKey = 'kolena-s3-access-verify';

/** Reads every bucket's CORS rules and asks it the browser's question; nobody has to be signed in for that. */
export async function probeBuckets(probe: Probe): Promise<Record<string, BucketObservation>> {
  const { expectations } = probe;
  const configured = new Set(expectations.locations.map(({ bucket }) => bucket));
  const names = [...new Set([...configured, ...Object.keys(expectations.foreignRules)])];
  const entries = names.map(
    async (name) => [name, await probeBucket(probe, name, configured.has(name))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function probeBucket(probe: Probe, bucket: string, configured: boolean): Promise<BucketObservation> {
  const { clients, expectations, observed, options } = probe;
  const known = observed.buckets[bucket];
  const s3 = clients.s3(known?.region);
  const read = options.readRules?.find((one) => one.bucket === bucket);
  const corsRules = await attempt(async () => read?.rules ?? readCorsRules(s3, bucket, probe.abort));
  const origins = configured ? expectations.origins : [];
  const url = await objectUrl({ s3, bucket, key: preflightKey });
  const ask = (origin: string) => askPreflight(url, { http: clients.http, origin, abortSignal: probe.abort });
  const allows = (origin: string) =>
    corsRules.outcome === 'ok' && matchingRule(corsRules.value, { origin, method: 'GET' }) !== undefined;
  const preflights = origins.map(async (configuredOrigin) => {
    const origin = concreteOrigin(configuredOrigin);
    const answer = await askWithRetries(probe, {
      ask: () => ask(origin),
      // A bucket's settings are eventually consistent: a refusal is asked about again while the rules say otherwise.
      retryRefusal: ({ status = 0 }) =>
        allows(origin) || status >= 500 ? 'S3 to answer by the CORS rules read back' : undefined,
    });
    return [configuredOrigin, answer] as const;
  });
  const allowed = Object.fromEntries(await Promise.all(preflights));
  // What no rule read back allows may still be allowed by a former rule.
  const isForbidden = corsRules.outcome === 'ok' && !allows(unknownOrigin);
  const askUntilForgotten = () =>
    askWithRetries(probe, {
      ask: () => ask(unknownOrigin),
      retryAnswer: () => (isForbidden ? 'S3 to forget the former CORS rules' : undefined),
    });
  const skipped = { outcome: 'skipped', message: 'No origin is configured for it.' } as const;
  return defined({
    corsRules,
    preflights: allowed,
    unknownOrigin: origins.length === 0 ? skipped : await askUntilForgotten(),
    defaultKmsKeyArn: known?.defaultKmsKeyArn,
  });
}
