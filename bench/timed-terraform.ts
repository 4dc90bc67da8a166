import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** One command of Terraform, in milliseconds since 1970. */
export interface Span {
  readonly command: string;
  readonly from: number;
  readonly to: number;
}

/** A `terraform` on PATH that notes when each command began and ended. */
export function timedTerraform(binary: string): {
  folder: string;
  path: string;
  cpuProbe: string;
  cpu(): number;
  read(): Span[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-timed-'));
  const notes = join(folder, 'spans');
  writeFileSync(notes, '');
  const script = `#!/bin/sh
from=$(date +%s%3N)
'${binary}' "$@"
code=$?
case "$1" in -chdir=*) shift ;; esac
echo "$1 $from $(date +%s%3N)" >>'${notes}'
exit $code
`;
  writeFileSync(join(folder, 'terraform'), script);
  chmodSync(join(folder, 'terraform'), 0o755);
  const cpuProbe = join(folder, 'cpu.cjs');
  const cpuNotes = JSON.stringify(join(folder, 'cpu'));
  writeFileSync(
    cpuProbe,
    `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').appendFileSync(${cpuNotes}, (user + system) / 1000 + '\\n'); });`,
  );
  return {
    cpuProbe,
    // Milliseconds. Terraform is no Node program: the one that notes is the Action.
    cpu: () =>
      readFileSync(join(folder, 'cpu'), 'utf8')
        .trim()
        .split('\n')
        .reduce((sum, line) => sum + Number(line), 0),
    folder,
    path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    read: () =>
      readFileSync(notes, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [command = '', from, to] = line.split(' ');
          return { command, from: Number(from), to: Number(to) };
        }),
  };
}
