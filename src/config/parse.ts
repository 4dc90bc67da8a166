import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { UserError, type Place } from '../base/errors.ts';
import { isMapping, valueAt } from '../base/mapping.ts';
import { listed, quote } from '../base/quote.ts';
import type { AccessConfig } from './access-config.ts';
import { crossProblems, misplacedKeys } from './cross-checks.ts';
import { accessFields } from './schema.ts';
import { itemsOf } from './text.ts';
import { expandTrustPolicy, trustPolicyKey } from './trust-policy-key.ts';

/** More problems than anybody reads; each costs time to spell. */
const MOST_ISSUES = 1000;

/** Where a problem stands, which begins with its key. */
type PlaceOf = (problem: string) => Place | undefined;

/** The contract's names of the "Access" inputs, which are the config file's keys. */
export const accessKeys: readonly string[] = [...Object.keys(accessFields.shape), trustPolicyKey];

/** Validates the "Access" keys; throws `invalid-input` with each problem's path, the value seen and what is allowed. */
export function parseAccessConfig(
  raw: unknown,
  source = 'The config',
  placeOf: PlaceOf = () => undefined,
): AccessConfig {
  const invalid = (problems: readonly string[]) => invalidConfig(source, problems, placeOf);
  if (!isMapping(raw))
    throw invalid([`it is ${nameOf(raw)}: a mapping of keys such as "buckets:" is needed`]);
  const written = Object.fromEntries(
    Object.entries(raw)
      .filter(([key, value]) => isGiven(value) || !accessKeys.includes(key))
      .map(([key, value]) => [key, fromText(key, value)]),
  );
  const { given, problems: ofTrust } = expandTrustPolicy(written);
  const misplaced = misplacedKeys(given, accessKeys);
  // A key's value that holds another key's may hold a secret: nothing more is said of it.
  const said = (key: PropertyKey | undefined) =>
    misplaced.some(({ under }) => under === key) || (ofTrust.length > 0 && key === 'kolena-principal-arn');
  const parsed = accessFields.safeParse(given);
  const issues = (parsed.error?.issues ?? [])
    .filter(({ path: [key] }) => !said(key))
    .slice(0, MOST_ISSUES)
    .flatMap((issue) => problemsOf(issue, given));
  const clear = Object.fromEntries(Object.entries(given).filter(([key]) => !said(key)));
  const problems = [
    ...ofTrust,
    ...misplaced.map(({ problem }) => problem),
    ...issues,
    ...crossProblems(clear),
  ];
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  return accessConfigOf(parsed.data);
}

/** The keys in camel case, and of a bucket what its spelling says beyond its partition. */
function accessConfigOf(fields: z.output<typeof accessFields>): AccessConfig {
  const buckets = fields.buckets.map(({ bucket, prefix }) => defined({ bucket, prefix }));
  const entries = Object.entries({ ...defined(fields), buckets }).map(([key, value]): [string, unknown] => [
    key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as unknown as AccessConfig;
}

/** Whether a key was given: an input that is unset reads as empty text, a YAML key without a value as null. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

/** The value that the text of an Action input stands for. What cannot be read so is left for the schema to refuse. */
function fromText(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  const kind = kindOf(key);
  if (kind === 'lines') return itemsOf(text);
  // The spellings of YAML 1.2's core schema.
  if (kind === 'flag')
    return /^(?:true|True|TRUE|false|False|FALSE)$/.test(text) ? text.toLowerCase() === 'true' : text;
  return kind === 'number' && /^\d+$/.test(text) ? Number(text) : text;
}

/** Declared by the schema, behind the key's default where it has one. */
function kindOf(key: string) {
  const field = Object.entries(accessFields.shape).find(([name]) => name === key)?.[1];
  return (field instanceof z.ZodPrefault ? field.unwrap() : field)?.meta()?.kind;
}

function invalidConfig(source: string, problems: readonly string[], placeOf: PlaceOf): UserError {
  const list = problems.length === 1 ? problems.join('') : `\n${listed(problems)}`;
  return new UserError({
    reason: 'invalid-input',
    message: `${source} has ${problems.length === 1 ? 'a problem: ' : `${problems.length} problems:`}${list}`,
    remedy: 'Correct the config file or the inputs of the same names; nothing was called in AWS.',
    places: problems.flatMap((problem) => placeOf(problem) ?? []),
  });
}

function problemsOf(issue: z.core.$ZodIssue, given: object): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, MOST_ISSUES).map(unknownKey);
  if (issue.code === 'invalid_union') {
    // The alternative that the value itself fits says which of its items do not.
    const within = issue.errors.find((inner) => inner.every(({ path }) => path.length > 0)) ?? [];
    if (within.length > 0)
      return within.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, given));
  }
  const path = spellPath(issue.path);
  const seen = valueAt(given, issue.path);
  if (seen === undefined && issue.code === 'invalid_type') return [`${path}: is required`];
  // Messages of our own say the value themselves where it may be said.
  if (issue.code === 'custom' || issue.code === 'too_small' || issue.code === 'too_big')
    return [`${path}: ${typeof seen === 'number' ? `${seen} ` : ''}${issue.message}`];
  // A value that is not where it belongs may be the external ID: of any other kind than text, the kind alone is shown.
  const shown = issue.code === 'invalid_value' && typeof seen === 'string' ? quote(seen) : 'it';
  return [`${path}: ${shown} is ${nameOf(seen)}; ${allowedBy(issue, seen)}`];
}

const NEEDED: Readonly<Partial<Record<string, string>>> = {
  array: 'a list is needed, one item per line',
  boolean: 'true or false is needed',
};

function allowedBy(issue: z.core.$ZodIssue, seen: unknown): string {
  if (issue.code === 'invalid_value') return `allowed are ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.expected === 'string')
    return typeof seen === 'object' ? 'text is needed' : 'text is needed: put it in quotes';
  return (issue.code === 'invalid_type' ? NEEDED[issue.expected] : undefined) ?? issue.message;
}

function unknownKey(key: string): string {
  const nearest = closest(key, [...accessKeys]);
  const meant = distance(key, nearest) <= Math.max(2, nearest.length / 3);
  return `${quote(key)}: is not a key of the config; ${meant ? `did you mean "${nearest}"?` : `known are ${accessKeys.join(', ')}`}`;
}

function spellPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
