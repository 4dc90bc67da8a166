import type {
  CorsRemoval,
  DesiredAccess,
  DesiredCors,
  ForgottenCors,
  Warning,
} from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { corsDifference } from '../cors/difference.ts';
import { joinRules } from '../cors/rule-set.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { BucketInState } from './local-state.ts';

interface Known {
  readonly observed: Observed;
  /** Buckets whose CORS configuration Terraform's state holds. */
  readonly inState: readonly BucketInState[];
}

/** `desired` for `cdktf deploy`, which makes no CORS calls: it replaces no rules that were not observed, and warns of what is left undone. */
export function forTerraformAlone(desired: DesiredAccess, { observed, inState }: Known): DesiredAccess {
  const unobserved =
    observed.caller === undefined && desired.cors.some(({ replacesOthers }) => !replacesOthers);
  const cors = unobserved ? [] : desired.cors.map((entry) => ({ ...entry, throughS3: false }));
  const known = desired.removals.forgotten ?? [];
  const named = new Set([...cors, ...desired.removals.cors, ...known].map(({ bucket }) => bucket));
  const inStateAlone = inState
    .filter(({ bucket }) => !named.has(bucket))
    .map(({ bucket, region = desired.region }): ForgottenCors => ({ bucket, region }));
  return {
    ...desired,
    cors,
    removals: { ...desired.removals, forgotten: [...known, ...inStateAlone] },
    warnings: [
      ...desired.warnings,
      ...(unobserved ? [unobservedRules] : []),
      ...cors.filter((entry) => isRewritten(entry, observed)).map(reorderedRules),
      ...desired.removals.cors.filter(({ rules }) => rules.kolena !== undefined).map(remainingRule),
      ...desired.removals.policies.map(({ arn }) => unneededPolicy(arn)),
    ],
  };
}

const unobservedRules: Warning = {
  id: 'cors-not-observed',
  message:
    'Without AWS credentials the CORS rules of the buckets could not be read, so no CORS configuration is emitted: it would replace rules that this run has not seen.',
  remedy: 'Run it with AWS credentials, or set `cors: replace` to do without the rules of others.',
};

const isRewritten = ({ bucket, rules }: DesiredCors, { buckets }: Observed): boolean =>
  rules.others.length > 0 && corsDifference(joinRules(rules), buckets[bucket]?.corsRules ?? []) !== undefined;

const reorderedRules = ({ bucket, rules }: DesiredCors): Warning => ({
  id: 'cors-order',
  message: `Terraform keeps the ${joinRules(rules).length} CORS rules of ${bucket} as a set: it may write them in another order, and writes MaxAgeSeconds 0 where a rule has none. S3 answers with the first rule that matches.`,
  remedy: `Apply with the Action, which puts them back exactly, or run after the deploy: ${putCors(bucket, joinRules(rules))}`,
});

const remainingRule = ({ bucket, rules: { others } }: CorsRemoval): Warning => ({
  id: 'cors-rule-left',
  message: `Terraform forgets the CORS configuration of ${bucket} and leaves Kolena's rule in it, since deleting it would delete the rules of others too.`,
  remedy: `Apply with the Action, or run after the deploy: ${
    others.length > 0 ? putCors(bucket, others) : `aws s3api delete-bucket-cors --bucket ${bucket}`
  }`,
});

const unneededPolicy = (arn: string): Warning => ({
  id: 'policy-left',
  message: `${arn} grants nothing more that the config names. Terraform deletes it only if its state holds it.`,
  remedy: 'Read the plan; if it does not delete the policy, apply once with the Action.',
});

/** A rule's strings may hold quotes; a shell takes one inside single quotes as '\''. */
const putCors = (bucket: string, rules: readonly CorsRule[]): string =>
  `aws s3api put-bucket-cors --bucket ${bucket} --cors-configuration '${JSON.stringify({ CORSRules: rules }).replaceAll("'", String.raw`'\''`)}'`;
