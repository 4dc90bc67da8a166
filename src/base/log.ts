/** Where a module tells what it does while it does it; handed in, so that no module knows the runner. */
export interface Log {
  info(line: string): void;
  warning(message: string): void;
  /** Shows what `work` prints as one folded group. */
  group<T>(name: string, work: () => Promise<T>): Promise<T>;
}
