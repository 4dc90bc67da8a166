/** What is wrong, and what to do about it. */
export interface Problem {
  /** What failed, with the value seen: one or more full sentences. */
  readonly message: string;
  /** The next step, as an imperative sentence; may hold the very YAML or JSON to add. */
  readonly remedy: string;
}
