import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { githubTrustPolicy } from '../src/bootstrap/github-trust.ts';
import { checks } from '../src/verify/checks.ts';
import { parseBootstrapSettings } from '../src/bootstrap/bootstrap-settings.ts';

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

const bootstrapKeys = [...read('src/bootstrap/bootstrap-settings.ts').matchAll(/^ {2}'?([a-z][a-z-]*)'?: /gm)]
  .map(([, key = '']) => key)
  .filter((key) => key !== 'reason' && key !== 'message' && key !== 'remedy');

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
      ...bootstrapKeys,
      // Buckets, permissions of a job, an input's value, partitions, and a command.
      ...['share-with-kolena', 'kolena-public-datasets', 'id-token', 'pull-requests', 'on-change'],
      ...['aws-cn', 'aws-us-gov', 'cdktf-cli', 'cdktn-cli'],
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

describe('docs/setup.md', () => {
  const page = read('docs/setup.md');
  const start = page.indexOf('| key ');
  const table = tableAfter(page.slice(start, page.indexOf('\n\n', start)), '| key ');

  it('explains every key of the bootstrap, with its default', () => {
    expect(bootstrapKeys.length).toBeGreaterThan(10);
    expect([...table.keys()].sort()).toEqual([...bootstrapKeys].sort());
    const defaults = parseBootstrapSettings({ 'github-repository': 'my-org/my-repo' });
    for (const [key, value] of Object.entries(defaults))
      if (key !== 'github-repository') expect(table.get(key), key).toBe(`\`${String(value)}\``);
  });

  it('shows the trust policy that the bootstrap writes', () => {
    const [, json = ''] = /^```json\n(.*?)^```/ms.exec(page) ?? [];
    const issuer = 'token.actions.githubusercontent.com';
    const expected = githubTrustPolicy({
      repository: {
        name: 'my-org/my-repo',
        ids: { owner: '123456', repository: '456789' },
        branch: 'main',
      },
      mode: 'deploy',
      providerArn: `arn:aws:iam::111122223333:oidc-provider/${issuer}`,
      issuer,
      audience: 'sts.amazonaws.com',
    });
    expect(JSON.parse(json)).toEqual(expected);
  });
});
