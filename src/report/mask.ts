import { isMapping } from '../base/mapping.ts';
import type { Report } from './report.ts';
/** Replaces every secret in a text by its label. */
export type Mask = (text: string) => string;

/** What is to be hidden. Empty lists hide nothing. */
export interface Secrets {
  readonly externalIds: readonly string[];
  readonly accountIds: readonly string[];
  /** Whether account IDs that are not in the list are hidden too, by their form, as in AWS's first error message. @default false */
  readonly otherAccountIds?: boolean;
}

/** Twelve digits with no letter or digit beside them, a URL's escape exempt; commits and digests have letters around theirs. */
const ACCOUNT_ID = String.raw`(?:(?<![\dA-Za-z])|(?<=%[\dA-Fa-f]{2}))\d{12}(?![\dA-Za-z])`;

/** Characters of a secret that is hidden inside of words too; a shorter one (two are allowed) as a whole value only. */
const DISTINCT_LENGTH = 8;

/**
 * Hides each distinct secret, its JSON, HTML and URL encodings too, behind its own label, so that a change still shows.
 * @example maskOf({ externalIds: ['old', 'new'], accountIds: [] })('old, new') // '***1, ***2'
 */
export function maskOf({ externalIds, accountIds, otherAccountIds = false }: Secrets): Mask {
  const hidden = [...labelled(externalIds, '***'), ...labelled(accountIds, '***account')];
  return replacing(hidden, otherAccountIds);
}

/** Hides keys and tokens behind one label: AWS puts them into some of its error messages. */
export function maskOfCredentials(secrets: readonly string[]): Mask {
  return replacing(secrets.map((value) => ({ value, label: '***' })));
}

interface Hidden {
  readonly value: string;
  readonly label: string;
}

function replacing(hidden: readonly Hidden[], otherAccountIds = false): Mask {
  const labels = new Map(
    hidden.flatMap(({ value, label }) => encodings(value).map((form) => [form, label] as const)),
  );
  if (labels.size === 0 && !otherAccountIds) return (text) => text;
  // Longest first: a secret that begins like another one must not leave that one's tail behind.
  const forms = [...labels.keys()].sort((a, b) => b.length - a.length);
  const patterns = [...forms.map(patternOf), ...(otherAccountIds ? [ACCOUNT_ID] : [])];
  const pattern = new RegExp(patterns.join('|'), 'g');
  return (text) => text.replace(pattern, (form) => labels.get(form) ?? '***otheraccount');
}

function labelled(values: readonly string[], label: string): Hidden[] {
  const distinct = [...new Set(values)].filter((value) => value !== '');
  return distinct.map((value, at) => ({ value, label: distinct.length === 1 ? label : `${label}${at + 1}` }));
}

function encodings(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const html = value.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign);
  // Terraform writes JSON as Go does, which escapes these three.
  const go = json.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const lower = url.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [value, json, json.replaceAll('/', '\\/'), go, html, url, lower];
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function patternOf(form: string): string {
  const literal = form.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  if (/^\d{12}$/.test(form)) return `(?<!\\d)${literal}(?!\\d)`;
  if (form.length >= DISTINCT_LENGTH) return literal;
  // Not inside of a word made of an external ID's characters; `.`, `,`, `:` and `=` may also end a sentence or follow a name.
  return `(?:(?<![\\w*@/+.-])|(?<=%[0-9A-Fa-f]{2}))${literal}(?![\\w@/+-]|[.,:=]+[\\w@/+-])`;
}

/** From GitHub, or hashed: they hold no secret, and a masked link would lead nowhere. */
const untouched = new Set<keyof Report>(['digest', 'shown', 'runUrl', 'time']);

/** The report with every secret replaced, names included: in the data, not in the Markdown, so that no escaping can split a secret. */
export function maskedReport<Part extends Partial<Report>>(report: Part, mask: Mask): Part {
  const entries = Object.entries(report) as [keyof Report, unknown][];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, untouched.has(key) ? value : masked(value, mask)]),
  ) as unknown as Part;
}

function masked(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((entry) => masked(entry, mask));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [mask(key), masked(entry, mask)]));
}
