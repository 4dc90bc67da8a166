/** What is wrong, and what to do about it. */
export interface Problem {
  /** What failed, with the value seen: one or more full sentences. */
  readonly message: string;
  /** The next step, as an imperative sentence; may hold the very YAML or JSON to add. */
  readonly remedy: string;
}

/** A failure that is known by its code, and how it is told. */
export interface KnownFailure<Failure> {
  readonly codes: readonly string[];
  /** Tells failures apart that share one code. */
  readonly says?: RegExp;
  readonly message: (failure: Failure) => string;
  readonly remedy: string | ((failure: Failure) => string);
}

/** The first that a failure fits, told of it; `undefined` for a failure that is not known. */
export function explainKnown<Failure extends { readonly code: string; readonly message: string }>(
  known: readonly KnownFailure<Failure>[],
  failure: Failure,
): Problem | undefined {
  const { message, remedy } =
    known.find(
      ({ codes, says }) => codes.includes(failure.code) && (says === undefined || says.test(failure.message)),
    ) ?? {};
  if (message === undefined || remedy === undefined) return undefined;
  return { message: message(failure), remedy: typeof remedy === 'string' ? remedy : remedy(failure) };
}
