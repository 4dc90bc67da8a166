/** Markdown that is safe in a paragraph, a list item or a table cell; data enters it through `code` or `prose`. */
export type Inline = string;

/** @example count(1, 'bucket') // '1 bucket' */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @example few(['a', 'b', 'c'], 2) // 'a, b and 1 more' */
export function few(items: readonly Inline[], most: number): Inline {
  const more = items.length - most;
  return `${items.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Cuts to `limit` characters, never through a character, and marks the cut. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, Math.max(0, limit - 1));
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Data as a code span, in which GitHub looks for no mention, link, reference or HTML. */
export function code(data: string): Inline {
  const text = oneLine(data);
  if (text.trim() === '') return '(empty)';
  const ticks = '`'.repeat(longestRun(text) + 1);
  // https://spec.commonmark.org/0.31.2/#code-spans strips one space from both ends.
  const pad = /^[ `]|[ `]$/.test(text) ? ' ' : '';
  return `${ticks}${pad}${text}${pad}${ticks}`;
}

/** A sentence that can hold data: what is not a plain word becomes a code span. @example prose('See s3://a.') // 'See `s3://a`.' */
export function prose(sentence: string): Inline {
  const parts =
    oneLine(sentence)
      .trim()
      .match(/\s+|`[^`]+`|[^\s`]+|`/g) ?? [];
  return parts.map(wordOrCode).reduce((text, part) => {
    // Two code spans that touch would run into one another.
    return text.endsWith('`') && part.startsWith('`') ? `${text} ${part}` : text + part;
  }, '');
}

function wordOrCode(part: string, at: number): Inline {
  if (/^\s/.test(part)) return ' ';
  if (part.length > 2 && part.startsWith('`')) return code(part.slice(1, -1));
  const [, before = '', core = '', after = ''] = /^(["'(“‘]*)(.*?)([.,;:!?)"'”’…]*)$/u.exec(part) ?? [
    undefined,
    '',
    part,
  ];
  if (core === '') return part;
  // "1." opens a list where it stands first.
  const opensList = at === 0 && /^\d/.test(core) && /^[.)]/.test(after);
  return isPlainWord(core) && !opensList ? part : `${before}${code(core)}${after}`;
}

/** GitHub links seven or more hexadecimal digits to a commit, after a hyphen or a letter beyond ASCII too, and `GH-1` or `KEY-1` to an issue. */
function isPlainWord(word: string): boolean {
  if (/\b[0-9a-f]{7,}\b/i.test(word)) return false;
  return /^(?:\p{L}+(?:['’-]\p{L}+)*|\d{1,6}(?:,\d{3})*|[—–])$/u.test(word);
}

/** Lines of data as a fenced block whose fence is longer than any run of backticks in it. */
export function fence(language: 'diff' | 'text', lines: string): string {
  const body = visible(lines.replace(/\r\n?/g, '\n'));
  const ticks = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** A folded part; `title` is fixed plain text, never data. */
export function details(title: string, body: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** A table; its last row gives the number of rows that were cut off. */
export function table(header: readonly string[], rows: readonly (readonly Inline[])[], more = 0): string {
  const all = more > 0 ? [...rows, [`… and ${more} more`, ...header.slice(1).map(() => '')]] : rows;
  return [header, header.map(() => '---'), ...all]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

/** `|` ends a cell even in a code span, and parsers disagree on a backslash in front of an escaped one. */
function cell(text: Inline): string {
  return text.replace(/\\*\|/g, (run) => `${'∖'.repeat(run.length - 1)}\\|`);
}

/** A GitHub alert: https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts */
export function alert(kind: 'NOTE' | 'WARNING' | 'CAUTION', blocks: readonly string[]): string {
  const lines = blocks.join('\n\n').split('\n');
  return [`> [!${kind}]`, ...lines.map((line) => `> ${line}`.trimEnd())].join('\n');
}

/** A link with a fixed text; without a plain web address it stays text. */
export function link(text: string, address: string | undefined): Inline {
  return address !== undefined && /^https?:\/\/[\w.:-]+(?:\/[\w.~%-]*)*$/.test(address)
    ? `[${text}](${address})`
    : text;
}

/** A text whose first line is a sentence and whose other lines, if any, are something to copy. */
export function sentenceAndBlock(text: string): string[] {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const block = rest.join('\n').replace(/^\n+|\s+$/g, '');
  return block === '' ? [prose(first)] : [prose(first), fence('text', block)];
}

function oneLine(text: string): string {
  return visible(text.replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' '));
}

/** Control, bidirectional and lone surrogate characters could show something other than what stands there. */
function visible(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|\p{Cs}/gu,
    '\uFFFD',
  );
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
