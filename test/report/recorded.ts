import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decideAccess, decideRemoval } from '../../src/access/decide-access.ts';
import type { Observed } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { Report } from '../../src/report/report.ts';
import { factsOf } from '../../src/plan/facts.ts';
import { readChanges } from '../../src/plan/changes.ts';
import { summarizePlan } from '../../src/plan/summary.ts';

/** Runs whose plans are Terraform's own: provider 5.100 against moto. */
export const recordedRuns = [
  'none',
  'create',
  'adopt',
  'change',
  'remove',
  'destroy',
  '150-buckets',
] as const;

interface RecordedRun {
  readonly command: Report['command'];
  readonly config: unknown;
  readonly observed: Observed;
  readonly backend: boolean;
  readonly digest: string;
  readonly rawDiff: string;
}

/** The report of a recorded run, as it stands after the plan. */
export function recordedReport(name: (typeof recordedRuns)[number]): Report {
  const {
    config: raw,
    command,
    observed,
    backend,
    digest,
    rawDiff,
  } = readGolden(`${name}.run.json`) as RecordedRun;
  const config = parseAccessConfig(raw);
  const decide = command === 'destroy' ? decideRemoval : decideAccess;
  const desired = decide(config, observed, { region: 'us-east-1' });
  const changes = readChanges(readGolden(`${name}.plan.json`));
  // Terraform's changes alone; test/plan/cors-writes.test.ts covers rules that are written through S3.
  const plan = summarizePlan({ changes, desired: { ...desired, cors: [] }, observed, backend });
  return {
    command,
    outcome: 'planned',
    config,
    observed,
    desired,
    plan,
    facts: factsOf({ plan, desired, observed }),
    backend,
    rawDiff,
    digest,
    shown: { head: '6dcb09b5b57875f334f61aebed695e2e4193db5e', digest, isAnew: false },
    notes: [],
    commit: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
    runUrl: 'https://github.com/octo-org/octo-repo/actions/runs/1658821493/attempts/1',
    time: '2026-11-23T09:00:00.000Z',
  };
}

export function goldenPath(file: string): string {
  return fileURLToPath(new URL(`golden/${file}`, import.meta.url));
}

function readGolden(file: string): unknown {
  return JSON.parse(readFileSync(goldenPath(file), 'utf8'));
}
