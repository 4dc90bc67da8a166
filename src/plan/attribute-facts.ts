import { isMapping } from '../base/mapping.ts';
import type { ResourceChange } from './changes.ts';
import { factOf, factsBetween, type Fact, type FactKind, type FactProps } from './fact.ts';

/** AWS or the provider fills these in; nobody decides on them. `tags_all` is read as the tags. */
export const computedAttributes: ReadonlySet<string> = new Set([
  'arn',
  'attachment_count',
  'create_date',
  'id',
  'name_prefix',
  'policy_id',
  'unique_id',
  'role_last_used',
  // Deprecated attributes of aws_iam_role that mirror attachments made elsewhere.
  'inline_policy',
  'managed_policy_arns',
]);

const kinds: Readonly<Record<string, { readonly kind: FactKind; readonly label: string }>> = {
  path: { kind: 'path', label: 'path' },
  permissions_boundary: { kind: 'boundary', label: 'permissions boundary' },
  max_session_duration: { kind: 'session length', label: 'session length in seconds' },
};

/** A change, and what it is about: `label` is in AWS's words, as `IAM role`. */
export interface AttributeProps {
  readonly change: ResourceChange;
  readonly label: string;
  readonly name: string;
  /** Attributes that other facts tell of. */
  readonly told: ReadonlySet<string>;
}

/** Every attribute that a change sets, alters or clears, tag by tag; those that AWS fills in are left out. */
export function attributeFacts(props: AttributeProps): Fact[] {
  const { change, told } = props;
  const names = new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})]);
  const scalars = [...names].filter(
    (name) => !computedAttributes.has(name) && !told.has(name) && !name.startsWith('tags'),
  );
  return [...scalars.flatMap((name) => valueFacts(name, props)), ...tagFacts(props)];
}

function valueFacts(attribute: string, { change, label, name }: AttributeProps): Fact[] {
  const { before, after } = change;
  const [old, wanted] = [valueOf(before?.[attribute]), valueOf(after?.[attribute])];
  const isUnknown = after !== undefined && !(attribute in after);
  if (old === wanted && !isUnknown) return [];
  const { kind, label: what } = kinds[attribute] ?? { kind: 'attribute', label: attribute };
  const say = (direction: Fact['change'], value: string, content: readonly unknown[]) =>
    factOf({
      kind,
      change: direction,
      subject: name,
      terms: [value],
      text: `${what} ${value} of ${label} ${name}`,
      content: [label, name, attribute, value, ...content],
    });
  const next = isUnknown ? 'known only after apply' : wanted;
  return [
    // What only goes is another fact than what is replaced.
    ...(old === '' ? [] : [say('goes', old, [next === '' ? 'gone' : 'replaced'])]),
    ...(next === '' ? [] : [say('comes', next, [])]),
  ];
}

/** The provider adds tags of its own settings in `tags_all`. */
function tagFacts({ change: { before, after }, label, name }: AttributeProps): Fact[] {
  const [old, wanted] = [tagsOf(before), tagsOf(after)];
  const say =
    (others: Readonly<Record<string, string>>) =>
    ([key, value]: [string, string]): FactProps => ({
      kind: 'tag',
      subject: name,
      terms: [`${key}=${value}`],
      text: `tag ${key}=${value} of ${label} ${name}`,
      content: [label, name, key, value, ...(key in others ? [] : ['alone'])],
    });
  const stays = (key: string) => old[key] === wanted[key];
  const changing = (tags: Readonly<Record<string, string>>) =>
    Object.entries(tags).filter(([key]) => !stays(key));
  return factsBetween(changing(old).map(say(wanted)), changing(wanted).map(say(wanted)));
}

function tagsOf(values: ResourceChange['after']): Record<string, string> {
  const tags = [values?.['tags'], values?.['tags_all']].filter(isMapping);
  return Object.fromEntries(
    tags.flatMap(Object.entries<unknown>).map(([key, value]) => [key, valueOf(value)]),
  );
}

function valueOf(value: unknown): string {
  if (isUnset(value)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Providers write "not set" as null or as the zero of the type, each where it likes. */
export function isUnset(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}
