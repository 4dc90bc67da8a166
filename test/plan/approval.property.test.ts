import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sinceApplied, unapprovedFacts, type AppliedStep, type Merge } from '../../src/plan/approval.ts';
import { factOf, type Fact } from '../../src/plan/fact.ts';

/** Pieces of access: a config says some of them, and AWS has some of them. */
const pieces = ['a', 'b', 'c', 'd'] as const;
type State = ReadonlySet<string>;

const fact = (change: Fact['change'], piece: string) =>
  factOf({ kind: 'grant', change, subject: piece, terms: [], text: piece, content: [piece] });
const planOf = (aws: State, config: State): Fact[] => [
  ...pieces.filter((piece) => config.has(piece) && !aws.has(piece)).map((piece) => fact('comes', piece)),
  ...pieces.filter((piece) => !config.has(piece) && aws.has(piece)).map((piece) => fact('goes', piece)),
];

/** One merge of the branch's history. */
interface Merged {
  readonly merge: Merge;
  readonly config: State;
}

/** The branch, AWS, and what pull requests and applies did to them, with the real decision in the middle. */
class World {
  aws: State = new Set();
  private readonly history: Merged[] = [];
  private applied: readonly AppliedStep[] = [];

  /** A pull request that changes some pieces is planned, or not, against AWS as it is, and merged later. */
  merge(changed: readonly string[], base: State, isPlanned: boolean): void {
    const head = this.config;
    const flip = (state: State) => toggled(state, changed);
    const number = this.history.length + 1;
    const facts = planOf(base, flip(head));
    const shown = { head: 'h', digest: `d${number}`, isAnew: false, facts: facts.map(({ key }) => key) };
    this.history.push({
      config: flip(head),
      merge: {
        commit: `c${number}`,
        pullRequest: { number, url: '', head: 'h' },
        ...(isPlanned && { shown }),
      },
    });
  }

  get config(): State {
    return this.history.at(-1)?.config ?? new Set();
  }

  /** What an apply at the branch's head would do that is not approved; it applies when that is nothing. */
  apply(part = 1): Fact[] {
    const facts = planOf(this.aws, this.config);
    const merges = this.open;
    const missing = this.missing(facts, merges);
    if (missing.length > 0) return missing;
    const written = facts.slice(0, Math.ceil(facts.length * part));
    this.aws = toggled(
      this.aws,
      written.map(({ subject }) => subject),
    );
    const done = this.history.at(-1)?.merge.commit;
    if (part === 1 && done !== undefined) this.applied = [{ commit: done, time: '' }];
    return [];
  }

  missing(facts: readonly Fact[], merges = this.open): Fact[] {
    return unapprovedFacts({
      facts,
      marks: new Map(facts.map(({ key }) => [key, key])),
      digest: 'now',
      scope: 's',
      merges,
      contradicts: (commit, { change, subject }) => {
        const config = this.history.find(({ merge }) => merge.commit === commit)?.config;
        return (change === 'comes') !== (config?.has(subject) === true);
      },
    });
  }

  /** Newest first, since the last complete apply. */
  get open(): Merge[] {
    return sinceApplied(this.history.map(({ merge }) => merge).toReversed(), this.applied);
  }

  /** Whether a fact was shown by a merge after which every config, the newest included, agreed with it. */
  wasShown({ key, change, subject }: Fact): boolean {
    return this.history.some(
      ({ merge }, at) =>
        merge.shown?.facts?.includes(key) === true &&
        this.history.slice(at + 1).every(({ config }) => config.has(subject) === (change === 'comes')),
    );
  }
}

function toggled(state: State, changed: readonly string[]): State {
  return new Set(pieces.filter((piece) => state.has(piece) !== changed.includes(piece)));
}

const some = fc.subarray([...pieces], { minLength: 1 });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('merge' as const),
    changed: some,
    isPlanned: fc.boolean(),
    isLate: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('apply' as const), part: fc.constantFrom(0.5, 1) }),
  fc.record({ kind: fc.constant('by hand' as const), changed: some }),
);

test('whatever is applied was shown on a merged pull request that no later one contradicts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const world = new World();
      let earlier: State = world.aws;
      for (const each of steps) {
        if (each.kind === 'merge')
          world.merge(each.changed, each.isLate ? earlier : world.aws, each.isPlanned);
        else if (each.kind === 'by hand') world.aws = toggled(world.aws, each.changed);
        else {
          const facts = planOf(world.aws, world.config);
          const refused = world.apply(each.part);
          if (refused.length === 0) for (const one of facts) expect(world.wasShown(one)).toBe(true);
          earlier = world.aws;
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('whatever was shown and merged is applied in the end, whichever runs were dropped or failed half-way', () => {
  const quiet = fc.oneof(
    fc.record({ kind: fc.constant('merge' as const), changed: some }),
    fc.record({ kind: fc.constant('apply' as const), part: fc.constantFrom(0.5, 1) }),
  );
  fc.assert(
    fc.property(fc.array(quiet, { maxLength: 20 }), (steps) => {
      const world = new World();
      for (const each of steps) {
        // A plan that is made anew for every merge, as a required check makes sure of.
        if (each.kind === 'merge') world.merge(each.changed, world.aws, true);
        else expect(world.apply(each.part)).toEqual([]);
      }
      expect(world.apply()).toEqual([]);
      expect(planOf(world.aws, world.config)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
