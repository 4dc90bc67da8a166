import type { Observed } from '../access/observed.ts';
import type { CorsRule } from '../cors/rule.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { Observations } from '../verify/observations.ts';

/** The documents of the access as a run read them in AWS. */
export interface Standing {
  /** Absent when there was no role. */
  readonly trustPolicy?: PolicyDocument;
  /** By name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  /** By bucket. */
  readonly corsRules: Readonly<Record<string, readonly CorsRule[] | 'not read'>>;
}

/** What stands, as the run read it at its start or when it verified. */
export function standingOf({ role, policies, buckets }: Observed | Observations): Standing {
  const rules = Object.entries(buckets).map(([bucket, { corsRules }]) => {
    if (!('outcome' in corsRules)) return [bucket, corsRules] as const;
    return [bucket, corsRules.outcome === 'ok' ? corsRules.value : 'not read'] as const;
  });
  return {
    ...(role !== undefined && { trustPolicy: role.trustPolicy }),
    policies: Object.fromEntries(policies.map(({ name, document }) => [name, document])),
    corsRules: Object.fromEntries(rules),
  };
}
