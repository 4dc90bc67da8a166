/**
 * Writes the README's input and output tables from action.yml, so that the two never differ; with `--check` it only
 * tells whether they do. An input or output without a description throws.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Entry {
  readonly description?: string;
  readonly default?: string;
}

const action = parse(readFileSync('action.yml', 'utf8')) as Record<
  'inputs' | 'outputs',
  Record<string, Entry>
>;

function described(name: string, { description }: Entry): string {
  if (!description) throw new Error(`action.yml: ${name} has no description`);
  return description.replaceAll('|', '\\|');
}

function inputRow([name, entry]: [string, Entry]): string {
  const [, text = '', inText] = /^(.*?)(?: Default: (.*)\.)?$/s.exec(described(name, entry)) ?? [];
  const byDefault = entry.default === undefined ? (inText ?? '') : `\`${entry.default}\``;
  return `| \`${name}\` | ${byDefault} | ${text} |`;
}

const tables = {
  inputs: ['| input | default | meaning |', '|---|---|---|', ...Object.entries(action.inputs).map(inputRow)],
  outputs: [
    '| output | meaning |',
    '|---|---|',
    ...Object.entries(action.outputs).map(([name, entry]) => `| \`${name}\` | ${described(name, entry)} |`),
  ],
};

const before = readFileSync('README.md', 'utf8');
const after = Object.entries(tables).reduce((readme, [name, rows]) => {
  const section = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, 's');
  if (!section.test(readme)) throw new Error(`README.md: no section <!-- ${name} --> … <!-- /${name} -->`);
  return readme.replace(section, (_, open: string, close: string) =>
    [`${open}<!-- prettier-ignore-start -->`, ...rows, `<!-- prettier-ignore-end -->`, close].join('\n'),
  );
}, before);

if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md differs from action.yml. Next step: npm run docs');
    process.exitCode = 1;
  }
} else writeFileSync('README.md', after);
