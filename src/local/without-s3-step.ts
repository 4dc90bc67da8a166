import type { AccessConfig } from '../config/access-config.ts';
import type { CorsRule } from '../cors/rule.ts';
import type {
  CorsRemoval,
  DesiredAccess,
  DesiredCors,
  ForgottenCors,
  Warning,
} from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import type { BucketInState } from './local-state.ts';

interface Known {
  readonly config: AccessConfig;
  readonly observed: Observed;
  /** Buckets whose CORS configuration Terraform's state holds. */
  readonly inState: readonly BucketInState[];
}

/**
 * `desired`, fit for Terraform alone: the Action takes away and puts back CORS rules through S3 itself, which `cdktf deploy` does
 * not. Rules that were not seen are not replaced, nothing is deleted, and what stays undone is a warning with its command.
 */
export function withoutS3Step(desired: DesiredAccess, { config, observed, inState }: Known): DesiredAccess {
  const unseen = observed.caller === undefined && config.cors === 'merge';
  const cors = unseen ? [] : desired.cors.map((entry) => ({ ...entry, throughS3: false }));
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
      ...(unseen ? [unseenRules] : []),
      ...cors.filter((entry) => isRewritten(entry, observed)).map(reorderedRules),
      ...desired.removals.cors.filter(({ present }) => present).map(remainingRule),
      ...desired.removals.policies.map(({ arn }) => unneededPolicy(arn)),
    ],
  };
}

const unseenRules: Warning = {
  id: 'cors-not-observed',
  message:
    'Without AWS credentials the CORS rules of the buckets could not be read, so no CORS configuration is emitted: it would replace rules that nobody has seen.',
  remedy: 'Run it with AWS credentials, or set `cors: replace` to do without the rules of others.',
};

const isRewritten = ({ bucket, rules }: DesiredCors, observed: Observed): boolean =>
  rules.length > 1 && JSON.stringify(rules) !== JSON.stringify(observed.buckets[bucket]?.corsRules);

const reorderedRules = ({ bucket, rules }: DesiredCors): Warning => ({
  id: 'cors-order',
  message: `Terraform keeps the ${rules.length} CORS rules of ${bucket} as a set: it may write them in another order, and writes MaxAgeSeconds 0 where a rule has none. S3 answers with the first rule that matches.`,
  remedy: `Apply with the Action, which puts them back exactly, or run after the deploy: ${putCors(bucket, rules)}`,
});

const remainingRule = ({ bucket, keep }: CorsRemoval): Warning => ({
  id: 'cors-rule-left',
  message: `Terraform lets go of the CORS configuration of ${bucket} and leaves Kolena's rule in it, since deleting it would take the rules of others along.`,
  remedy: `Apply with the Action, or run after the deploy: ${
    keep.length > 0 ? putCors(bucket, keep) : `aws s3api delete-bucket-cors --bucket ${bucket}`
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
