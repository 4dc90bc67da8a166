import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checks } from '../src/verify/checks.ts';
import { bootstrapStack, bootstrapTemplate, exampleParameters, trustPolicyOf } from './support/bootstrap.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const markdownIn = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `${directory}/${path}`);
const pages = ['README.md', ...markdownIn('docs')];

const action = parse(read('action.yml')) as {
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, { readonly description: string }>;
};
const inQuotes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
const reasons = inQuotes(action.outputs['failure-reason']?.description ?? '');

/** What stands in the first column of the table behind a heading, each name by itself. */
function tableAfter(page: string, heading: string): Map<string, string> {
  const section = page.slice(page.indexOf(heading));
  const rows = section.split('\n').filter((line) => /^\| `/.test(line));
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', second = ''] = row.split('|').map((cell) => cell.trim());
      return inQuotes(names).map((name): [string, string] => [name, second]);
    }),
  );
}

const checkKinds = Object.keys(checks);

/** GitHub's anchor of a heading: https://docs.github.com/get-started/writing-on-github */
const anchorOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
const withoutFences = (page: string) => page.replace(/^```.*?^```/gms, '');
const anchorsOf = (page: string) =>
  [...withoutFences(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(pages)('%s', (path) => {
  const text = withoutFences(read(path));

  it('links to files and headings that are there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : join(dirname(path), file);
      if (!existsSync(linked)) return true;
      return anchor !== undefined && !anchorsOf(read(linked)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only inputs, outputs, keys, checks and reasons that exist', () => {
    const known = new Set([
      ...Object.keys(action.inputs),
      ...Object.keys(action.outputs),
      ...reasons,
      ...checkKinds,
      // Buckets, permissions of a job, an input's value, partitions, a command, and the label.
      ...['share-with-kolena', 'kolena-public-datasets', 'id-token', 'pull-requests', 'on-change'],
      ...['aws-cn', 'aws-us-gov', 'cdktf-cli', 'cdktn-cli', 'kolena-access'],
    ]);
    const names = inQuotes(text).flatMap((code) => /^([a-z]+(?:-[a-z]+)+)(?::.*)?$/.exec(code)?.[1] ?? []);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md');

  it('has a section for every failure reason, and for no other', () => {
    const sections = [...page.matchAll(/^### `(.*)`$/gm)].map(([, reason]) => reason);
    expect(sections).toEqual(reasons);
  });

  it('has a row for every check, in the order of the catalogue', () => {
    const rows = [...tableAfter(page, '| check').keys()].map((name) => name.replace(':…', ''));
    expect(rows).toEqual(checkKinds);
  });
});

describe('docs/setup-variants.md', () => {
  const page = read('docs/setup-variants.md');
  const start = page.indexOf('| parameter ');
  const table = tableAfter(page.slice(start, page.indexOf('\n\n', start)), '| parameter ');

  it('explains every parameter of bootstrap.yaml, with its default', () => {
    const defaults = Object.entries(bootstrapTemplate.Parameters).map(([name, { Default }]) => {
      if (Default === undefined) return [name, 'required'];
      return [name, Default === '' ? 'none' : `\`${Default}\``];
    });
    expect([...table]).toEqual(defaults);
  });

  it('shows the trust policy that bootstrap.yaml makes', () => {
    const [, json = ''] = /^```json\n(.*?)^```/ms.exec(page) ?? [];
    expect(JSON.parse(json)).toEqual(trustPolicyOf(bootstrapStack({ Environment: 'production' }), 'deploy'));
  });
});

describe('docs/setup.md', () => {
  const page = read('docs/setup.md');

  it('fits on one screen', () => {
    expect(page.split(/\s+/).length).toBeLessThan(450);
  });

  it('deploys bootstrap.yaml with parameters that it takes, all of them required or of the example workflow', () => {
    const [, overrides = ''] = /--parameter-overrides \\\n(.*?)\n```/s.exec(page) ?? [];
    const given = Object.fromEntries(
      overrides.split(/[\s\\]+/).flatMap((text) => {
        const [name = '', value = ''] = text.split('=');
        return name === '' ? [] : [[name, value]];
      }),
    ) as Record<string, string>;
    expect(Object.keys(given).sort()).toEqual([...Object.keys(exampleParameters), 'Environment'].sort());
    const workflow: unknown = parse(bootstrapStack(given).outputs['Workflow'] ?? '');
    expect(workflow).toEqual(parse(read('examples/plan-and-apply/workflow.yml')));
  });

  it('shows the config of the example', () => {
    const [, config = ''] = /^```yaml\n(.*?)^```/ms.exec(page) ?? [];
    expect(parse(config)).toEqual(parse(read('examples/plan-and-apply/kolena-s3.yml')));
  });
});

describe('the pictures of README.md', () => {
  const readme = read('README.md');
  const files = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path);
  const width = Number(/<img [^>]*width="(\d+)"/.exec(readme)?.[1]);

  it('are a light and a dark one, with their text beside them', () => {
    expect(files).toEqual(['docs/pr-comment-dark.png', 'docs/pr-comment.png']);
    expect(readme).toMatch(/<img [^>]*alt="[^"]{40,}"/);
  });

  it.each(files)('%s is at most 350 px high as it is shown', (path) => {
    const image = readFileSync(path);
    // https://www.w3.org/TR/png-3/#11IHDR
    const [drawn, height] = [image.readUInt32BE(16), image.readUInt32BE(20)];
    expect(Math.round((height * width) / drawn)).toBeLessThanOrEqual(350);
    expect(drawn).toBeGreaterThanOrEqual(2 * width);
  });
});
