import { defined } from '../base/defined.ts';

/** What a fact is about. `state` touches nothing but Terraform's own memory; `attribute` is all that has no kind of its own. */
export type FactKind =
  | 'trust'
  | 'grant'
  | 'cors rule'
  | 'role'
  | 'policy'
  | 'attachment'
  | 'tag'
  | 'path'
  | 'boundary'
  | 'session length'
  | 'attribute'
  | 'state';

/** One thing that a plan brings or takes away: what is shown, approved, and named when it was not. */
export interface Fact {
  readonly kind: FactKind;
  readonly change: 'comes' | 'goes';
  /** Whom or what it is about: a principal, a bucket or prefix, a key's ARN, the name of a resource. */
  readonly subject: string;
  /** What it says of the subject, whole: actions, conditions, a value. */
  readonly terms: readonly string[];
  /** All of it as one line without a sign; it holds secrets that have to be masked. */
  readonly text: string;
  /** Equal for equal facts. It holds secrets: for a marker it is derived, see fact-marks.ts. */
  readonly key: string;
  /** Whose a CORS rule is. */
  readonly whose?: 'Kolena' | 'others';
  /** Whether it is told only, since it gives nobody anything and takes nothing that still works. */
  readonly needsApproval: boolean;
}

/** A fact that comes and has to be approved, unless it says otherwise. */
export type FactProps = Omit<Fact, 'key' | 'change' | 'needsApproval'> &
  Partial<Pick<Fact, 'change' | 'needsApproval'>> & {
    /** All that makes it this fact, whichever way it changes. */
    readonly content: readonly unknown[];
  };

/** The fact with its key. */
export function factOf({ content, change = 'comes', needsApproval = true, ...props }: FactProps): Fact {
  const { kind, subject, terms, text, whose } = props;
  const key = `${change === 'comes' ? '+' : '-'}${JSON.stringify([kind, ...content])}`;
  return { kind, change, subject, terms, text, key, needsApproval, ...defined({ whose }) };
}

/** The facts of a change from `before` to `after`, each a list of what stands: those gone first. */
export function factsBetween(before: readonly FactProps[], after: readonly FactProps[]): Fact[] {
  const keyOf = (fact: FactProps) => JSON.stringify(fact.content);
  const [stood, stands] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const facts = [
    ...before.filter((fact) => !stands.has(keyOf(fact))).map((fact) => factOf({ ...fact, change: 'goes' })),
    ...after.filter((fact) => !stood.has(keyOf(fact))).map(factOf),
  ];
  return [...new Map(facts.map((fact) => [fact.key, fact])).values()];
}
