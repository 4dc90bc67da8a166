const GIB = 2 ** 30;

/** Memory, in bytes, that has to be free for each process before it may collect its garbage late. */
const ROOM = 4 * GIB;

interface GoProcesses {
  readonly env: Readonly<Record<string, string>>;
  /** How many run at the same time. */
  readonly count: number;
  /** Bytes that are free. @default - of this machine, or of the container */
  readonly available?: number;
}

/** Environment of short-lived Go programs: with room they collect garbage late, and stay below 1.3 GiB each. */
export function withGoMemory({
  env,
  count,
  available = process.availableMemory(),
}: GoProcesses): Record<string, string> {
  // Without room, or where the job sets these, Go decides: https://pkg.go.dev/runtime#hdr-Environment_Variables
  if (available < ROOM * count || env['GOGC'] || env['GOMEMLIMIT']) return { ...env };
  return { ...env, GOGC: 'off', GOMEMLIMIT: '900MiB' };
}
