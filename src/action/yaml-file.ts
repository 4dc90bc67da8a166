import { readFileSync, statSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { saidBy, UserError, type Place } from '../base/errors.ts';
import { listed } from '../base/quote.ts';
import { repositoryOf, unfitFile } from './repository.ts';

/** No config needs more: what all policies of a role hold together is half of it. */
const MOST_BYTES = 256 * 1024;

/** Levels of lists and mappings; a config has two. */
const MOST_LEVELS = 20;

/** What a YAML file holds, unchecked but finite; throws `invalid-input`, which repeats no value. */
export function readYaml(path: string): unknown {
  const text = readText(path);
  if (isDeep(text)) throw notYaml(path, [`it nests more than ${MOST_LEVELS} levels: a config has two`]);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    // A tag that nobody resolves would pass for its bare text.
    const problems = [...document.errors, ...document.warnings].map(({ message, pos: [at] }) => ({
      message: withoutValues(message),
      at,
    }));
    const found = problems.length > 0 ? problems : misused(document);
    const places = found.map(({ message, at }) => ({ file: path, problem: message, ...lines.linePos(at) }));
    const spelled = places.map(({ problem, line, col }) => `${problem} at line ${line}, column ${col}`);
    if (spelled.length > 0) throw notYaml(path, spelled, { places });
    return document.toJS() as unknown;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw notYaml(path, [withoutValues(saidBy(cause))], { cause });
  }
}

/** Where problems stand in a YAML file: `tags: …` at its key, `buckets[2]: …` at that item, and what is missing in the first line. */
export function placesIn(file: string): (problem: string) => Place {
  const lines = new LineCounter();
  const { contents } = parseDocument(readText(file), { lineCounter: lines });
  const pairs = isMap(contents) ? contents.items : [];
  return (problem) => {
    const [, key, index] = /^"?([^":[]+)"?(?:\[(\d+)\])?/.exec(problem) ?? [];
    const pair = pairs.find((candidate) => isScalar(candidate.key) && String(candidate.key.value) === key);
    const item = isSeq(pair?.value) && index !== undefined ? pair.value.items[Number(index)] : pair?.key;
    return { file, line: lines.linePos(startOf(item)).line, problem };
  };
}

function readText(path: string): string {
  try {
    const unfit = unfitFile(path, repositoryOf(path));
    if (unfit !== undefined) throw notYaml(path, [`it ${unfit}`]);
    const { size } = statSync(path);
    if (size > MOST_BYTES)
      throw notYaml(path, [`it has ${size} bytes: at most ${MOST_BYTES} are allowed in a config`]);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError({
      reason: 'invalid-input',
      message: unreadable(path, cause),
      remedy:
        'Create the file or name the right one; in a workflow, check the repository out first (actions/checkout). examples/ holds one to start from.',
      cause,
    });
  }
}

function unreadable(path: string, cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `There is no file ${path}.`;
  if (code === 'EISDIR') return `${path} is a directory: a YAML file is needed.`;
  return `${path} cannot be read: ${saidBy(cause)}.`;
}

/** Asked before the parser meets the text, whose time and stack grow with the depth. Brackets inside of quotes count too. */
function isDeep(text: string): boolean {
  let open = 0;
  for (const [sign] of text.matchAll(/[[{]|[\]}]|^ {41}(?! *#)|(?:[-?:][ \t]+){20}/gm)) {
    if (sign.length > 1) return true;
    open = Math.max(0, open + (sign === '[' || sign === '{' ? 1 : -1));
    if (open > MOST_LEVELS) return true;
  }
  return false;
}

interface Problem {
  readonly message: string;
  /** Characters from the start of the file. */
  readonly at: number;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** What is YAML and never meant by a config: a tag, an anchor of nothing, and an alias inside of what it names. */
function misused(document: Document): Problem[] {
  const problems: Problem[] = [];
  const anchored = new Map<string, unknown>();
  visit(document, {
    Node: (_key, node, path) => {
      const message = isAlias(node) ? aliasProblem(anchored.get(node.source), path) : valueProblem(node);
      if (message !== undefined) problems.push({ message, at: startOf(node) });
      if (!isAlias(node) && node.anchor !== undefined) anchored.set(node.anchor, node);
      if (isMap(node)) problems.push(...wrongKeys(node));
    },
  });
  return problems;
}

/**
 * Keys that are given twice: the parser compares every one with every other one, which takes minutes for a long list. And
 * keys that are lists or mappings, which it prints as a warning past our log.
 */
function wrongKeys({ items }: YAMLMap): Problem[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [{ message: 'A key is not text', at: startOf(key) }];
    const known = seen.has(key.value);
    seen.add(key.value);
    return known ? [{ message: 'Map keys must be unique', at: startOf(key) }] : [];
  });
}

function aliasProblem(named: unknown, path: readonly unknown[]): string | undefined {
  if (named === undefined) return 'An alias names nothing: put a value that begins with "*" in quotes';
  return path.includes(named) ? 'An alias stands inside of what it names' : undefined;
}

function valueProblem(node: Node): string | undefined {
  if (node.tag !== undefined) return 'A value has a tag: put a value that begins with "!" in quotes';
  return isScalar(node) && node.anchor !== undefined && node.value === null
    ? 'An anchor has no value: put a value that begins with "&" in quotes'
    : undefined;
}

/** The parser's words without the names and values that they end with: one may be the external ID. */
function withoutValues(message: string): string {
  const [words = ''] = message.split(/: | (?=[\\%!@"'`]\S)/);
  return words === 'Source contains multiple documents; please use YAML.parseAllDocuments()'
    ? 'A second document begins'
    : words;
}

function notYaml(
  path: string,
  problems: readonly string[],
  more: { readonly places?: readonly Place[]; readonly cause?: unknown } = {},
): UserError {
  return new UserError({
    reason: 'invalid-input',
    message: `${path} is not YAML that a config can be read from:\n${listed(problems)}`,
    remedy: 'Correct the file; nothing was called in AWS.',
    ...more,
  });
}
