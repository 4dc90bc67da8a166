import { z } from 'zod';
import { isMapping } from '../base/mapping.ts';
import { isUnset } from './attribute-facts.ts';
import { documentIn, normalizeStatements } from '../iam/compare-policy.ts';
import type { CorsRemoval } from '../access/desired-access.ts';
import type { ResourceChange } from './changes.ts';
import type { Fact } from './fact.ts';
import { deriveSlowly } from './fact-marks.ts';

interface PlanDigestProps {
  /** Those written through S3 included. */
  readonly changes: readonly ResourceChange[];
  /** What `terraform show -json tfplan` printed, parsed: its configuration shows which attributes are set and which are computed. */
  readonly planJson: unknown;
  readonly corsRemovals: readonly CorsRemoval[];
  /** What goes stands in them alone: changes tell by their values what comes. */
  readonly facts: readonly Fact[];
}

/** A nested block is a list of the expressions of each of its occurrences; anything else is one expression. */
type Expressions = Readonly<Record<string, unknown>>;

const configurationSchema = z.object({
  configuration: z.object({
    root_module: z.object({
      resources: z
        .array(z.object({ address: z.string(), expressions: z.record(z.string(), z.unknown()).default({}) }))
        .default([]),
    }),
  }),
});

/** A canonical hash of what a plan changes, 64 hex digits: formatting, computed values and the order of lists don't matter. */
export function planDigest(props: PlanDigestProps): Promise<string> {
  // The plan holds the external ID, which can be short, and the digest is in public comments: guessing has to be slow.
  return deriveSlowly(canonicalChanges(props), 'kolena-s3-access plan digest');
}

function canonicalChanges({ changes: all, planJson, corsRemovals, facts }: PlanDigestProps): string {
  const { resources } = configurationSchema.parse(planJson).configuration.root_module;
  const expressions = new Map(resources.map((resource) => [resource.address, resource.expressions]));
  const changes = all
    .filter(({ action, imported }) => action !== 'no-op' || imported)
    .map((change) => canonicalChange(change, expressions.get(change.address) ?? {}));
  const removals = corsRemovals
    .filter(({ rules }) => rules.kolena !== undefined)
    // The order of a bucket's rules counts, since S3 answers with the first that matches.
    .map(({ bucket, rules }) => ({
      bucket,
      keep: rules.others.map((rule) => JSON.stringify(canonical(rule))).join(),
    }));
  const keys = facts.filter(({ needsApproval }) => needsApproval).map(({ key }) => key);
  return JSON.stringify(canonical({ changes, removals, facts: keys }));
}

function canonicalChange({ address, action, imported, before, after }: ResourceChange, set: Expressions) {
  const values = Object.entries(set).map(
    ([name, expression]) => [name, asSet(after?.[name], expression)] as const,
  );
  // What configuration doesn't set can still be taken away.
  const cleared = Object.keys(after ?? {}).filter(
    (name) => !(name in set) && isUnset(after?.[name]) && !isUnset(before?.[name]),
  );
  const known = Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null));
  return { address, action, imported, after: known, cleared };
}

/** What configuration sets of an attribute, or of the nested blocks of that name. */
function asSet(value: unknown, expression: unknown): unknown {
  if (typeof value === 'string') return parsedDocument(value);
  if (!Array.isArray(expression) || !Array.isArray(value)) return value;
  const names = new Set(expression.flatMap((block: object) => Object.keys(block)));
  return value.map((block: object) =>
    Object.fromEntries(Object.entries(block).filter(([name, item]) => names.has(name) && !isUnset(item))),
  );
}

function parsedDocument(text: string): unknown {
  const document = documentIn(text);
  return document ? { version: document.Version, statements: normalizeStatements(document) } : text;
}

/** Object keys and lists sorted: no list of these resources and of IAM has an order that means anything. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(canonical(item))).sort();
    return items.map((item): unknown => JSON.parse(item));
  }
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}
