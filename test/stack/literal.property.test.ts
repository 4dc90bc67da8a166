import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Token } from 'cdktf';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { tagProblems } from '../../src/config/tags.ts';
import { synthesizeAccess } from '../../src/stack/synthesize.ts';
import { terraformBinary } from '../support/terraform.ts';
import { access, cors, ours, role } from './desired.ts';

/** What means something to CDKTF, Terraform, GitHub's runner, Markdown or JavaScript. */
const special = [
  ...['${TfToken[TOKEN.5]}', '#{TfToken[TOKEN.0]}', '&{TfToken[TOKEN.1]}', '${TfToken[', 'TfToken[', ']}'],
  ...['-1.8881545897087626e+289', '-18.881545897087626e288', 'String Map Token Value', 'Any Map Token Value'],
  ...[
    '${',
    '%{',
    '$',
    '$$',
    '%',
    '%%',
    '}',
    '"',
    '\\',
    '${"',
    '\\"',
    '~}',
    '%{if true}',
    '%{ endif ~}',
    '#',
    '//',
  ],
  ...['::', '##[', '\n', '\r', '\u0085', '\u2028', '\u2029', '\ufeff', '\t', '%0A', '%25'],
  ...['`', '|', '<!--', '-->', '@octocat', '](', '<b>', '***'],
  ...['__proto__', 'constructor', 'toString', 'resolve', '${resource.name}', '${path.root}'],
];
const text = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...special) }, { weight: 1, arbitrary: fc.string() }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  // Terraform keeps text in Unicode's composed form.
  .map((parts) => parts.join('').normalize('NFC'));
const texts = [...special, ...fc.sample(text, { numRuns: 400 })];

/** What Terraform's own JSON parser makes of values, by one command. */
async function evaluated(values: unknown): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'literal-'));
  writeFileSync(join(directory, 'values.tf.json'), JSON.stringify({ output: { values: { value: values } } }));
  const args = ['apply', '-auto-approve', '-input=false', '-no-color'];
  const env = { ...process.env, TF_CLI_CONFIG_FILE: '' };
  const { stderr } = spawnSync(await terraformBinary(), args, { cwd: directory, encoding: 'utf8', env });
  // The diagnostics quote the whole line.
  if (stderr !== '') throw new Error(`${stderr.slice(0, 300)} … ${stderr.slice(-300)}`);
  const state = JSON.parse(readFileSync(join(directory, 'terraform.tfstate'), 'utf8')) as {
    outputs: { values: { value: unknown } };
  };
  return state.outputs.values.value;
}

interface Document {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

let seen: {
  readonly rules: readonly { readonly id: string; readonly allowed_origins: readonly string[] }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly description: string;
  readonly trust: string;
};
const trustPolicy = { ...role.trustPolicy, Id: texts.join(' ') };
// As the config lets them through.
const tags = Object.fromEntries(
  texts.flatMap((key) => (tagProblems([[key, key]]).length > 0 ? [] : [[key, key]])),
) as Record<string, string>;

beforeAll(async () => {
  const desired = access({
    role: { ...role, description: texts.join(' '), trustPolicy },
    tags,
    cors: [
      cors('share-with-kolena', {
        rules: { others: texts.map((ID) => ({ ...ours, ID, AllowedOrigins: [ID] })), kolena: ours },
      }),
    ],
  });
  const { resource } = JSON.parse(
    synthesizeAccess(desired, { awsProviderVersion: '>= 5.100.0, < 7.0.0' }),
  ) as Document;
  const configuration = resource['aws_s3_bucket_cors_configuration']?.['bucket_share-with-kolena'];
  const iamRole = resource['aws_iam_role']?.['kolena'];
  seen = (await evaluated({
    rules: configuration?.['cors_rule'],
    tags: iamRole?.['tags'],
    description: iamRole?.['description'],
    trust: iamRole?.['assume_role_policy'],
  })) as typeof seen;
}, 120_000);

test('Terraform reads the IDs and origins of rules as they are', () => {
  const others = seen.rules.slice(0, -1);
  expect(others.map(({ id }) => id)).toEqual(texts);
  expect(others.map(({ allowed_origins: [origin] }) => origin)).toEqual(texts);
});

test('Terraform reads the keys and values of tags as they are', () => {
  expect(Object.entries(seen.tags).sort()).toEqual(Object.entries(tags).sort());
});

test('Terraform reads descriptions and policy documents as they are', () => {
  expect(seen.description).toBe(texts.join(' '));
  expect(JSON.parse(seen.trust)).toEqual(trustPolicy);
});

test('the strings that CDKTF compares with are among them', () => {
  expect(special).toEqual(expect.arrayContaining([Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE]));
});
