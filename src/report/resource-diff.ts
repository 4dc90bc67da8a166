import { isMapping } from '../base/mapping.ts';
import { computedAttributes } from '../plan/attribute-facts.ts';
import { resourceKinds } from '../plan/resources.ts';
import type { ResourceRow } from '../plan/rows.ts';
import { joinRules } from '../cors/rule-set.ts';
import { documentIn } from '../iam/compare-policy.ts';
import { corsDiff } from './cors-diff.ts';
import { under, valueLines, type DiffLine } from './diff-line.ts';
import { documentDiff } from './document-diff.ts';
import type { Report } from './report.ts';
import type { Fact } from '../plan/fact.ts';

/** What changes, resource by resource, for people to read; nothing for resources that stay as they are. */
export function resourceDiffs(rows: readonly ResourceRow[], report: Report): DiffLine[][] {
  const cors = corsRules(report);
  return rows
    .filter(({ action }) => action !== 'unchanged' && action !== 'adopt' && action !== 'forget')
    .map((row) => {
      const what = row.action === 'remove rule' ? 'remove rule from' : row.action;
      const [heading, ...lines] = under(`${what} ${row.label} ${row.name}`, linesOf(row, cors));
      const sign = row.action === 'create' ? '+' : row.action === 'delete' ? '-' : '!';
      return [{ sign, text: heading?.text ?? '' }, ...lines];
    });
}

type Rules = ReturnType<typeof corsRules>;

function linesOf({ action, change, type, name }: ResourceRow, cors: Rules): DiffLine[] {
  if (type === resourceKinds.cors.type) return corsDiff(cors.before(name), cors.after(name));
  const attributes = new Set([...Object.keys(change?.before ?? {}), ...Object.keys(change?.after ?? {})]);
  const whole = action === 'create' || action === 'delete';
  return [...attributes]
    .filter((attribute) => !computed.has(attribute) && !(whole && inHeading.has(attribute)))
    .flatMap((attribute) =>
      attributeLines(attribute, change?.before?.[attribute], change?.after?.[attribute]),
    );
}

const inHeading = new Set(['name', 'role', 'policy_arn']);

/** Besides what AWS fills in, what the provider says twice or to itself. */
const computed = new Set([...computedAttributes, 'tags_all', 'force_detach_policies', 'region']);

function attributeLines(attribute: string, before: unknown, after: unknown): DiffLine[] {
  const [old, wanted] = [documentIn(before), documentIn(after)];
  if (old !== undefined || wanted !== undefined) {
    const lines = documentDiff(old, wanted);
    return lines.some(({ sign }) => sign !== ' ') ? under(documents[attribute] ?? attribute, lines) : [];
  }
  return valueLines(attribute, shown(before), shown(after)).filter(({ sign }) => sign !== ' ');
}

const documents: Readonly<Record<string, string>> = {
  assume_role_policy: 'trust policy (who may assume the role)',
  policy: 'policy document (what the role may do)',
};

/** A value as lines: maps and lists entry by entry; empty values show nothing. */
function shown(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.map(text);
  if (isMapping(value)) return Object.entries(value).map(([key, entry]) => `${key} = ${text(entry)}`);
  return [text(value)];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Each bucket's rules before and after, from S3: Terraform's set has lost their order. */
function corsRules({ observed, desired }: Report) {
  const written = desired?.cors.map(({ bucket, rules }) => [bucket, joinRules(rules)] as const) ?? [];
  const left = desired?.removals.cors.map(({ bucket, rules }) => [bucket, rules.others] as const) ?? [];
  const after = new Map([...left, ...written]);
  return {
    before: (bucket: string) => observed?.buckets[bucket]?.corsRules ?? [],
    after: (bucket: string) => after.get(bucket) ?? [],
  };
}

/** The facts that no line of the diffs says whole, as the order of CORS rules: they are approved with the plan, too. */
export function unshownFacts(facts: readonly Fact[], diffs: readonly (readonly DiffLine[])[]): DiffLine[] {
  const lines = diffs.flat().map(({ text }) => spelled(text));
  const values = new Set(lines.flatMap(endings));
  const text = lines.join('\n');
  return facts
    .filter(({ needsApproval }) => needsApproval)
    .filter(({ subject, terms }) => {
      const isShown = text.includes(spelled(subject)) && terms.every((term) => values.has(spelled(term)));
      return !isShown;
    })
    .map(({ change, text: said, terms }) => {
      const unsaid = terms.filter((term) => !said.includes(term));
      return { sign: change === 'comes' ? '+' : '-', text: [said, ...unsaid].join('; ') };
    });
}

/** A value stands behind its label, and either may hold spaces. */
function endings(line: string): string[] {
  const words = line.trim().split(' ');
  return words.map((_, at) => words.slice(at).join(' '));
}

/** Tags are spelled with spaces here and without there. */
function spelled(text: string): string {
  return text.replaceAll(' = ', '=');
}
