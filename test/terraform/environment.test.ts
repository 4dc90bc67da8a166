import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { terraformEnvironment, variables } from '../../src/terraform/environment.ts';

const directory = resolve('/home/runner/work/app');
const of = (env: Record<string, string | undefined>, hasBackend = false) =>
  terraformEnvironment(env, { directory, hasBackend });

/** What Terraform gets of one variable; `undefined` when it is set aside. */
const passed = (name: string, value: string, hasBackend?: boolean) =>
  of({ [name]: value }, hasBackend).env[name];

test.each([
  ['TF_CLI_ARGS', '-no-color'],
  ['TF_CLI_ARGS_init', '-backend-config=prod.tfbackend'],
  ['TF_CLI_ARGS_plan', '-detailed-exitcode'],
  ['TF_CLI_ARGS_apply', '-target=aws_vpc.main'],
  ['TF_DATA_DIR', '.terraform-prod'],
  ['TF_WORKSPACE', 'prod'],
  ['TF_ENCRYPTION', 'key_provider "pbkdf2" "x" {}'],
  ['TF_VAR_region', 'eu-west-1'],
  ['TF_AWS_DEFAULT_TAGS_team', 'data'],
  ['TF_REATTACH_PROVIDERS', '{}'],
  ['TF_CLOUD_ORGANIZATION', 'octo'],
])("%s, for another stack of the job, does this run's Terraform no harm", (name, value) => {
  expect(of({ [name]: value })).toMatchObject({ setAside: [name] });
  expect(passed(name, value)).toBeUndefined();
});

test.each([
  ['TF_LOG', 'DEBUG'],
  ['TF_LOG_PROVIDER', 'TRACE'],
  ['TF_TOKEN_app_terraform_io', 'secret'],
  ['TF_REGISTRY_CLIENT_TIMEOUT', '30'],
  ['TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE', 'true'],
  ['TF_AWS_IGNORE_TAGS_KEYS', 'owner'],
  ['TF_VERSION', '1.11.4'],
  ['AWS_MAX_ATTEMPTS', '5'],
  ['PATH', 'bin:/usr/bin'],
])('%s reaches Terraform as it is', (name, value) => {
  expect(passed(name, value)).toBe(value);
});

test.each([
  ['TF_CLI_CONFIG_FILE', 'ci/mirror.tfrc', 'ci/mirror.tfrc'],
  ['TERRAFORM_CONFIG', 'ci/mirror.tfrc', 'ci/mirror.tfrc'],
  ['TF_PLUGIN_CACHE_DIR', './.plugins', '.plugins'],
  ['TF_LOG_PATH', 'terraform.log', 'terraform.log'],
  ['AWS_CONFIG_FILE', 'ci/aws.ini', 'ci/aws.ini'],
  ['AWS_SHARED_CREDENTIALS_FILE', '../keys', '../keys'],
  ['AWS_CA_BUNDLE', 'ci/ca.pem', 'ci/ca.pem'],
])("%s means the same as to the job's own steps", (name, value, path) => {
  expect(passed(name, value)).toBe(resolve(directory, path));
  expect(passed(name, resolve('/etc', path))).toBe(resolve('/etc', path));
});

test('with a backend its encryption is kept, and another workspace is refused by name', () => {
  expect(passed('TF_ENCRYPTION', 'state {}', true)).toBe('state {}');
  expect(() => of({ TF_WORKSPACE: 'prod' }, true)).toThrow('TF_WORKSPACE is "prod"');
  expect(of({ TF_WORKSPACE: '' }, true).setAside).toEqual([]);
});

test("the Action's inputs, which can be secrets, do not reach Terraform", () => {
  expect(Object.keys(of({ 'INPUT_KOLENA-EXTERNAL-ID': 'secret', HOME: '/root' }).env)).toEqual([
    'CHECKPOINT_DISABLE',
    'HOME',
    'TF_IN_AUTOMATION',
    'TF_INPUT',
  ]);
});

test('a planted provider of a plugin cache is not let in by this Action', () => {
  expect(Object.keys(of({ TF_PLUGIN_CACHE_DIR: '/cache' }).env)).not.toContain(
    'TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE',
  );
});

test('docs/environment.md has a row for each variable, with what becomes of it, and no other', () => {
  const rows = [
    ...readFileSync('docs/environment.md', 'utf8').matchAll(/^\| `(\S+)` +\| (.+?) +\| .+? +\|$/gm),
  ];
  expect(rows.map(([, ...cells]) => cells)).toEqual(Object.entries(variables));
});
