import type { DesiredAccess } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { describeRule } from '../cors/describe-rule.ts';
import { corsDifference } from '../cors/difference.ts';
import { isKolenaRule, joinRules } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { ResourceChange } from './changes.ts';
import { factOf, factsBetween, type Fact, type FactProps } from './fact.ts';

interface CorsProps {
  readonly desired: Pick<DesiredAccess, 'cors' | 'removals'>;
  readonly observed: Pick<Observed, 'buckets'>;
}

/** A bucket's rules before and after, from S3: Terraform's set has lost their order. */
interface BucketRules {
  readonly bucket: string;
  readonly before: readonly CorsRule[];
  readonly after: readonly CorsRule[];
  readonly kolena: CorsRule | undefined;
}

/** The rules that appear or disappear where Terraform, or the run itself, writes a bucket's configuration. */
export function corsFacts(change: ResourceChange, { desired, observed }: CorsProps): Fact[] {
  const bucket = String({ ...change.before, ...change.after }['bucket']);
  const wanted = desired.cors.find((one) => one.bucket === bucket)?.rules;
  const goes = change.action === 'delete';
  const facts = ruleFacts({
    bucket,
    before: change.action === 'create' ? [] : (observed.buckets[bucket]?.corsRules ?? []),
    after: goes || wanted === undefined ? [] : joinRules(wanted),
    kolena: wanted?.kolena,
  });
  // Terraform may want to write what S3 already says, such as an age of 0: nothing comes or goes, but it is written.
  return facts.length > 0 ? facts : [rewritten(bucket)];
}

/** The rules that go by S3's own call; those of others stay. */
export function removalFacts({ desired, observed }: CorsProps): Fact[] {
  return desired.removals.cors.flatMap(({ bucket, rules: { others, kolena } }) =>
    kolena === undefined
      ? []
      : ruleFacts({
          bucket,
          before: observed.buckets[bucket]?.corsRules ?? [...others, kolena],
          after: others,
          kolena,
        }),
  );
}

function ruleFacts({ bucket, before, after, kolena }: BucketRules): Fact[] {
  const say = (rule: CorsRule): FactProps => {
    const ours = kolena !== undefined && isKolenaRule(rule, kolena);
    return {
      kind: 'cors rule',
      subject: bucket,
      terms: [describeRule(rule)],
      text: `${ours ? "Kolena's" : 'another'} CORS ${describeRule(rule)} on bucket ${bucket}`,
      whose: ours ? 'Kolena' : 'others',
      content: [bucket, canonicalRule(rule)],
    };
  };
  const facts = factsBetween(before.map(say), after.map(say));
  if (facts.length > 0 || corsDifference(before, after) === undefined) return facts;
  return [
    factOf({
      kind: 'cors rule',
      subject: bucket,
      terms: ['order'],
      text: `another order, or fewer repetitions, of the same CORS rules on bucket ${bucket}`,
      content: [bucket, 'order', after.map(canonicalRule)],
    }),
  ];
}

function rewritten(bucket: string): Fact {
  return factOf({
    kind: 'cors rule',
    subject: bucket,
    terms: [],
    text: `the same CORS rules on bucket ${bucket}, written anew`,
    content: [bucket, 'written anew'],
  });
}

/** As S3 answers: lists are sets, an empty one equals an absent one; an absent age is not 0. */
function canonicalRule(rule: CorsRule): readonly unknown[] {
  const list = (values: readonly string[] = []) => [...values].sort();
  return [
    rule.ID ?? '',
    list(rule.AllowedMethods),
    list(rule.AllowedOrigins),
    list(rule.AllowedHeaders),
    list(rule.ExposeHeaders),
    rule.MaxAgeSeconds ?? 'no age',
  ];
}
