/** One way in which who can use the role changes, or is wider than one principal. */
export interface TrustFinding {
  /** Whether more callers get in, or for longer; `other` where one thing takes another's place. */
  readonly effect: 'weaker' | 'stronger' | 'other';
  /** A few fixed words. */
  readonly title: string;
  /** A full sentence; it holds data. */
  readonly sentence: string;
}

/** A finding of these parts. */
export function finding(effect: TrustFinding['effect'], title: string, sentence: string): TrustFinding {
  return { effect, title, sentence };
}

/** Title and sentence for each way in which a limit changes; whether another limit is weaker, `moved` says itself. */
interface LimitWords {
  readonly set: readonly [title: string, sentence: string];
  readonly lifted: readonly [title: string, sentence: string];
  readonly moved: Parameters<typeof finding>;
}

/** How something that limits the role changes; undefined where there is no limit: an empty one is a limit too. */
export function limitFindings(
  was: string | undefined,
  is: string | undefined,
  { set, lifted, moved }: LimitWords,
): TrustFinding[] {
  if (was === is) return [];
  if (was === undefined) return [finding('stronger', ...set)];
  return [is === undefined ? finding('weaker', ...lifted) : finding(...moved)];
}
