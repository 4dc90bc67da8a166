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

/**
 * The environment of programs in Go that live for seconds: where there is room they collect garbage near a limit alone, and stay
 * below 1.3 GiB each. Elsewhere, or where the job says otherwise, they do as Go does.
 * https://pkg.go.dev/runtime#hdr-Environment_Variables
 */
export function withGoMemory({
  env,
  count,
  available = process.availableMemory(),
}: GoProcesses): Record<string, string> {
  if (available < ROOM * count || env['GOGC'] || env['GOMEMLIMIT']) return { ...env };
  return { ...env, GOGC: 'off', GOMEMLIMIT: '900MiB' };
}
