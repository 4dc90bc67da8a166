/** Environment variables by name, handed in so that no module reads the process itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The AWS region of the environment. A workflow's `env` sets a variable that has no value to ''. @default us-east-1 */
export function regionOf(env: Environment): string {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
}
