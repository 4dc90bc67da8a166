import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Observed } from '../../src/access/observed.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { Report } from '../../src/report/report.ts';
import { readChanges } from '../../src/plan/changes.ts';
import { reportOf } from './world.ts';

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
  const { config, command, observed, ...run } = readGolden(`${name}.run.json`) as RecordedRun;
  const changes = readChanges(readGolden(`${name}.plan.json`));
  const planned = { command, config: parseAccessConfig(config), observed, changes };
  return reportOf(planned, { ...run, time: '2026-11-23T09:00:00.000Z' });
}

export function goldenPath(file: string): string {
  return fileURLToPath(new URL(`golden/${file}`, import.meta.url));
}

function readGolden(file: string): unknown {
  return JSON.parse(readFileSync(goldenPath(file), 'utf8'));
}
