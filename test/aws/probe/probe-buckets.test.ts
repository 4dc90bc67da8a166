import { afterEach, expect, test } from 'vitest';

import { kolenaRule } from '../../../src/cors/rule-set.ts';
import { awsClients } from '../../../src/aws/clients.ts';
import { probeBuckets } from '../../../src/aws/probe/probe-buckets.ts';
import type { Probe, ProbeOptions } from '../../../src/aws/probe/probe-context.ts';
import { unknownOrigin } from '../../../src/verify/browser-origins.ts';
import { type LocalServer, serve } from '../local-server.ts';
import { logTo } from '../../support/log.ts';

const origin = 'https://app.kolena.io';
const rule = (allowed: string) =>
  `<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>${allowed}</AllowedOrigin><AllowedHeader>*</AllowedHeader></CORSRule>`;

let server: LocalServer;
afterEach(() => server.close());

interface ProbedProps {
  readonly rules: readonly string[];
  readonly former: number;
  readonly readRules?: ProbeOptions['readRules'];
}

/** S3 whose bucket has these rules, and answers preflights from everywhere, by former rules, this many times. */
async function probed({ rules, former, readRules }: ProbedProps) {
  let left = former;
  let reads = 0;
  const waits: string[] = [];
  server = await serve((request, response) => {
    const asker = String(request.headers.origin);
    if (request.method !== 'OPTIONS') reads += 1;
    if (request.method !== 'OPTIONS')
      return response.end(`<CORSConfiguration>${rules.map(rule).join('')}</CORSConfiguration>`);
    const allowed = asker === origin || rules.includes('*') || left-- > 0;
    if (!allowed) return response.writeHead(403).end('<Error><Code>AccessForbidden</Code></Error>');
    const headers = { 'access-control-allow-origin': asker, 'access-control-allow-methods': 'GET' };
    return response.writeHead(200, headers).end();
  });
  const credentials = () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' });
  let now = 0;
  const probe: Partial<Probe> = {
    clients: awsClients({ region: 'us-east-1', env: { AWS_ENDPOINT_URL: server.url }, credentials }),
    expectations: {
      locations: [{ bucket: 'pictures', name: 'pictures' }],
      origins: [origin],
      ourRule: kolenaRule({ corsOrigins: [origin] }),
      foreignRules: {},
    } as unknown as Probe['expectations'],
    observed: { policies: [], buckets: {} },
    options: { mode: 'assume', timeoutSeconds: 20, afterApply: true, readRules },
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
    },
    deadline: 20_000,
    abort: new AbortController().signal,
    log: logTo(waits),
  };
  const { pictures } = await probeBuckets(probe as Probe);
  return { unknownOrigin: pictures?.unknownOrigin.outcome, corsRules: pictures?.corsRules, reads, waits };
}

test('an unknown origin is asked about again while S3 answers it by rules that stand no more', async () => {
  const { unknownOrigin: outcome, waits } = await probed({ rules: [origin], former: 2 });
  expect(outcome).toBe('refused');
  expect(waits).toEqual([
    'Waiting 1 s for S3 to forget the former CORS rules.',
    'Waiting 2 s for S3 to forget the former CORS rules.',
  ]);
});

test('an unknown origin that stays allowed is told when the time is over', async () => {
  const { unknownOrigin: outcome } = await probed({ rules: [origin], former: 99 });
  expect(outcome).toBe('ok');
});

test(`nothing is waited for where a rule read back allows ${unknownOrigin}`, async () => {
  expect(await probed({ rules: [origin, '*'], former: 0 })).toMatchObject({ unknownOrigin: 'ok', waits: [] });
});

test('rules that the run has read after its writes are not read again', async () => {
  const written = [kolenaRule({ corsOrigins: [origin] })];
  const readRules = [{ bucket: 'pictures', rules: written, isWritten: true }];
  const { corsRules, reads } = await probed({ rules: [], former: 0, readRules });
  expect(corsRules).toEqual({ outcome: 'ok', value: written });
  expect(reads).toBe(0);
});
