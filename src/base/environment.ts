/** Environment variables by name, handed in so that no module reads the process itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The region that the variables name; a workflow's `env` sets a variable that has no value to ''. */
export function regionOf(env: Environment, byDefault = 'us-east-1'): string {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || byDefault;
}
