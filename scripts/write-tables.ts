/**
 * Writes the tables of the docs from their sources: the README's inputs and outputs from action.yml, the checks of
 * docs/troubleshooting.md from the catalogue. With `--check` it only tells whether they differ. An input or output
 * without a description throws.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checks } from '../src/verify/checks.ts';

interface Entry {
  readonly description?: string;
  readonly default?: string;
}

/** What most users set; every other input is folded under the name of its group. */
const mainInputs = [
  'buckets',
  'kolena-principal-arn',
  'kolena-external-id',
  'kms-key-arns',
  'cors',
  'command',
  'role-to-assume',
  'allowed-account-ids',
  'require-approved-plan',
  'allow-destroy',
];

const source = readFileSync('action.yml', 'utf8');
const action = parse(source) as Record<'inputs' | 'outputs', Record<string, Entry>>;

function described(name: string, { description }: Entry): string {
  if (!description) throw new Error(`action.yml: ${name} has no description`);
  return description.replaceAll('|', '\\|');
}

function inputRow([name, entry]: [string, Entry]): string {
  const [, text = '', inText] = /^(.*?)(?: Default: (.*)\.)?$/s.exec(described(name, entry)) ?? [];
  const byDefault = entry.default === undefined ? (inText ?? '') : `\`${entry.default}\``;
  return `| \`${name}\` | ${byDefault} | ${text} |`;
}

const inputTable = (names: readonly string[]) => [
  '| input | default | meaning |',
  '|---|---|---|',
  ...names.map((name) => inputRow([name, action.inputs[name] ?? {}])),
];

/** The names of the inputs by the comment above the first one of each group: `  # Terraform`. */
function inputGroups(): [string, readonly string[]][] {
  const text = source.slice(source.indexOf('\ninputs:'), source.indexOf('\noutputs:'));
  return text.split(/^ {2}# (?=[A-Z][\w ]*$)/m).flatMap((group): [string, readonly string[]][] => {
    const [title = '', ...lines] = group.split('\n');
    const names = lines.flatMap((line) => /^ {2}([a-z][a-z-]*):/.exec(line)?.[1] ?? []);
    const folded = names.filter((name) => !mainInputs.includes(name));
    return folded.length === 0 ? [] : [[title, folded]];
  });
}

function inputTables(): string[] {
  const groups = inputGroups();
  const known = [...mainInputs, ...groups.flatMap(([, names]) => names)].sort();
  if (known.join() !== Object.keys(action.inputs).sort().join())
    throw new Error('action.yml: an input stands in no group');
  const folded = groups.flatMap(([title, names]) => [
    '',
    '<details>',
    `<summary>${title}: ${names.map((name) => `<code>${name}</code>`).join(', ')}</summary>`,
    '',
    ...inputTable(names),
    '',
    '</details>',
  ]);
  const all = `<summary>All other inputs: ${groups.map(([title]) => title).join(', ')}</summary>`;
  return [...inputTable(mainInputs), '', '<details>', all, ...folded, '', '</details>'];
}

function checkRow([kind, entry]: [string, (typeof checks)[keyof typeof checks]]): string {
  const id = 'subject' in entry ? `${kind}:…` : kind;
  return `| \`${id}\` | ${entry.meaning} | ${entry.remedy} |`;
}

/** Page → section → rows. */
const pages: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'README.md': {
    inputs: inputTables(),
    outputs: [
      '| output | meaning |',
      '|---|---|',
      ...Object.entries(action.outputs).map(([name, entry]) => `| \`${name}\` | ${described(name, entry)} |`),
    ],
  },
  'docs/troubleshooting.md': {
    checks: [
      '| check | what a failure means | next step |',
      '|---|---|---|',
      ...Object.entries(checks).map(checkRow),
    ],
  },
};

function withTables(path: string, before: string): string {
  return Object.entries(pages[path] ?? {}).reduce((page, [name, rows]) => {
    const section = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, 's');
    if (!section.test(page)) throw new Error(`${path}: no section <!-- ${name} --> … <!-- /${name} -->`);
    return page.replace(section, (_, open: string, close: string) =>
      [`${open}<!-- prettier-ignore-start -->`, ...rows, `<!-- prettier-ignore-end -->`, close].join('\n'),
    );
  }, before);
}

for (const path of Object.keys(pages)) {
  const before = readFileSync(path, 'utf8');
  const after = withTables(path, before);
  if (after === before) continue;
  if (process.argv.includes('--check')) {
    console.error(`The tables of ${path} differ from their source. Next step: npm run docs`);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
