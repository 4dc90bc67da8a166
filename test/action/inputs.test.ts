import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readInputs, type Inputs } from '../../src/action/inputs.ts';
import { UserError } from '../../src/base/errors.ts';
import type { Environment } from '../../src/base/environment.ts';

const config = 'buckets: [share-with-kolena]\nkolena-principal-arn: arn:aws:iam::444455556666:root\n';

/** A working directory with these files, by relative path. */
function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'inputs-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

function validInputs(env: Environment): Inputs {
  const { inputs } = readInputs(env);
  if (inputs instanceof UserError) throw inputs;
  return inputs;
}

const read = (directory: string, inputs: Readonly<Record<string, string>> = {}) =>
  validInputs({ 'INPUT_WORKING-DIRECTORY': directory, ...inputs });

test('kolena-s3.yml is read where it exists, and another file by its path', () => {
  const directory = directoryWith({
    'kolena-s3.yml': config,
    'access/eu.yml': config.replace('share-with', 'eu'),
  });
  expect(read(directory).config.buckets).toEqual([{ bucket: 'share-with-kolena' }]);
  expect(read(directory, { INPUT_CONFIG: 'access/eu.yml' }).config.buckets).toEqual([
    { bucket: 'eu-kolena' },
  ]);
});

test('an input overrides its key; an empty one does not', () => {
  const directory = directoryWith({ 'kolena-s3.yml': `${config}cors: off\nrole-name: FromFile\n` });
  const { config: overridden } = read(directory, {
    'INPUT_ROLE-NAME': 'FromInput',
    INPUT_CORS: ' ',
    INPUT_BUCKETS: 'one\r\ntwo/images/\r\n',
  });
  expect(overridden).toMatchObject({
    roleName: 'FromInput',
    cors: 'off',
    buckets: [{ bucket: 'one' }, { bucket: 'two', prefix: 'images/' }],
  });
});

test('a lock file counts only beside the config', () => {
  const directory = directoryWith({ 'access/eu.yml': config, 'access/.terraform.lock.hcl': '' });
  const path = join(directory, 'access', '.terraform.lock.hcl');
  expect(read(directory, { INPUT_CONFIG: 'access/eu.yml' }).pluginLock).toBe(path);
  writeFileSync(join(directory, 'kolena-s3.yml'), config);
  expect(read(directory).pluginLock).toBeUndefined();
});

test('a problem is told with the file that was read', () => {
  const directory = directoryWith({ 'kolena-s3.yml': 'buckets: [share-with-kolena]\n' });
  const path = join(directory, 'kolena-s3.yml');
  expect(() => read(directory)).toThrow(
    `The config of ${path} has a problem: kolena-principal-arn: is required`,
  );
});

test('a config of inputs alone needs no file, and no word about one', () => {
  const inputs = {
    INPUT_BUCKETS: 'Kolena',
    'INPUT_KOLENA-PRINCIPAL-ARN': 'arn:aws:iam::444455556666:root',
  };
  expect(() => read(directoryWith({}), inputs)).toThrow(/^The config has a problem: buckets\[0\]/);
});

test('a repository that was not checked out is told by the file that is missing', () => {
  const directory = directoryWith({});
  expect(() => read(directory)).toThrow(`There is no ${join(directory, 'kolena-s3.yml')}`);
  expect(() => read(directory)).toThrow('actions/checkout');
  expect(() => read(directory, { INPUT_CONFIG: 'eu.yml' })).toThrow(
    `There is no file ${join(directory, 'eu.yml')}`,
  );
  expect(() => read(join(directory, 'infra'))).toThrow(
    `There is no directory ${join(directory, 'infra')}, which \`working-directory\` names.`,
  );
});

test('a missing directory, wrong settings and a wrong config are told in one error', () => {
  const inputs = { INPUT_COMMAND: 'aply', INPUT_CONFIG: 'eu.yml' };
  for (const named of ['There is no directory', '"aply"', 'There is no file'])
    expect(() => read('/nowhere/at/all', inputs)).toThrow(named);
});

const access = {
  INPUT_BUCKETS: 'share-with-kolena',
  'INPUT_KOLENA-PRINCIPAL-ARN': 'arn:aws:iam::444455556666:root',
};

test.each([
  [{}, 'us-east-1'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
  [{ AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-2'],
  [{ AWS_REGION: 'eu-west-2', 'INPUT_AWS-REGION': 'eu-west-3' }, 'eu-west-3'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 'us-east-1'],
])('of %j the region is %s: a variable without a value counts for none', (env, region) => {
  expect(validInputs({ ...access, ...env }).settings['aws-region']).toBe(region);
});

test.each([
  ['', 'terraform.tfstate'],
  ['path=state/kolena.tfstate', 'state/kolena.tfstate'],
  ['path=/var/kolena.tfstate', '/var/kolena.tfstate'],
])('a local state with "%s" is kept at %s, from the working directory', (backendConfig, path) => {
  const directory = directoryWith({ 'kolena-s3.yml': config });
  const inputs = { INPUT_BACKEND: 'local', 'INPUT_BACKEND-CONFIG': backendConfig };
  expect(read(directory, inputs).stackSettings.backend).toEqual({
    type: 'local',
    config: { path: resolve(directory, path) },
  });
});

test('a run whose config is not valid is reported by all of its settings', () => {
  const directory = directoryWith({ 'kolena-s3.yml': 'buckets: []\n' });
  const { inputs, reporting } = readInputs({
    'INPUT_WORKING-DIRECTORY': directory,
    'INPUT_COMMENT-KEY': 'eu',
    'INPUT_ROLE-TO-ASSUME': 'arn:aws:iam::111122223333:role/deploy',
  });
  expect(inputs).toMatchObject({ reason: 'invalid-input' });
  expect(reporting).toMatchObject({
    comment: 'always',
    'comment-key': 'eu',
    'role-to-assume': 'arn:aws:iam::111122223333:role/deploy',
  });
});

test.each([
  [{}, { 'mask-aws-account-id': false, 'mask-external-id': true }],
  [{ 'INPUT_MASK-AWS-ACCOUNT-ID': 'true' }, { 'mask-aws-account-id': true }],
  [{ 'INPUT_MASK-AWS-ACCOUNT-ID': 'yes' }, { 'mask-aws-account-id': true }],
  [{ 'INPUT_MASK-EXTERNAL-ID': 'no' }, { 'mask-external-id': true }],
  [
    { INPUT_COMMAND: 'apply', INPUT_BACKEND: 's3' },
    { command: 'apply', backend: 's3' },
  ],
  [{ INPUT_COMMAND: 'aply' }, { command: 'plan' }],
])('a wrong setting beside %j leaves the valid ones to report by, without a comment', (given, reporting) => {
  const read = readInputs({ ...access, 'INPUT_VERIFY-TIMEOUT': 'soon', ...given });
  expect(read.inputs).toMatchObject({ reason: 'invalid-input' });
  expect(read.reporting).toMatchObject({ ...reporting, comment: 'never' });
});

test('kolena-trust-policy names a file beside the config, or holds the document', () => {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 'sts:AssumeRole' },
    ],
  });
  const directory = directoryWith({
    'access/eu.yml': 'buckets: [eu-kolena]\nkolena-trust-policy: kolena-trust-policy.json\n',
    'access/kolena-trust-policy.json': document,
  });
  const principal = { kolenaPrincipalArn: 'arn:aws:iam::444455556666:root' };
  expect(read(directory, { INPUT_CONFIG: 'access/eu.yml' }).config).toMatchObject(principal);
  const inputs = { INPUT_BUCKETS: 'eu-kolena', 'INPUT_KOLENA-TRUST-POLICY': document };
  expect(read(directory, inputs).config).toMatchObject(principal);
});

test.each([
  ['with a NUL', '"a\\0b.json"'],
  ['too long', `${'a'.repeat(5000)}.json`],
  ['of a link to itself', 'cycle.json'],
  ['of a folder', 'folder.json'],
])('a trust policy file whose name leads nowhere is a problem of the config: one %s', (_, name) => {
  const directory = directoryWith({
    'kolena-s3.yml': `buckets: [eu-kolena]\nkolena-trust-policy: ${name}\n`,
    'folder.json/file': '',
  });
  symlinkSync('cycle.json', join(directory, 'cycle.json'));
  const { inputs } = readInputs({ 'INPUT_WORKING-DIRECTORY': directory });
  expect(inputs).toMatchObject({ reason: 'invalid-input' });
});

test('a lock file without end does not count', () => {
  const directory = directoryWith({ 'kolena-s3.yml': config });
  symlinkSync('/dev/zero', join(directory, '.terraform.lock.hcl'));
  expect(read(directory).pluginLock).toBeUndefined();
});

test('a trust policy file that does not exist, or is too large, is named with its path', () => {
  const directory = directoryWith({
    'kolena-s3.yml': 'buckets: [eu-kolena]\nkolena-trust-policy: missing.json\n',
    'large.json': ' '.repeat(70_000),
  });
  expect(() => read(directory)).toThrow(`names ${join(directory, 'missing.json')}, which does not exist`);
  expect(() => read(directory, { 'INPUT_KOLENA-TRUST-POLICY': 'large.json' })).toThrow(
    'which has 70000 bytes',
  );
});

test.each(['../secrets.json', 'link.json', '/proc/../proc/self/mounts.json', 'endless.json'])(
  'a trust policy file that lies outside of the repository, %s, is neither read nor shown',
  (name) => {
    const outside = directoryWith({
      'secrets.json': '{"client_secret":"topsecret"}',
      'repository/.git/HEAD': '',
    });
    const repository = join(outside, 'repository');
    symlinkSync(join(outside, 'secrets.json'), join(repository, 'link.json'));
    symlinkSync('/dev/zero', join(repository, 'endless.json'));
    writeFileSync(join(repository, 'kolena-s3.yml'), `buckets: [a-bucket]\nkolena-trust-policy: ${name}\n`);
    const { inputs } = readInputs({ 'INPUT_WORKING-DIRECTORY': repository });
    const message = inputs instanceof UserError ? inputs.message : 'it was read';
    expect(message).toMatch(/which (lies outside of|does not exist)/);
    expect(message).not.toContain('client_secret');
  },
);

test.each([
  ['leads out of the repository', 'secrets.yml', 'it lies outside of'],
  ['leads to a device without end', '/dev/zero', 'it lies outside of'],
])('a config that %s is not read', (_, target, problem) => {
  const outside = directoryWith({ 'secrets.yml': 'client_secret: topsecret\n', 'repository/.git/HEAD': '' });
  const repository = join(outside, 'repository');
  symlinkSync(resolve(outside, target), join(repository, 'kolena-s3.yml'));
  const { inputs } = readInputs({ 'INPUT_WORKING-DIRECTORY': repository });
  const message = inputs instanceof UserError ? inputs.message : 'it was read';
  expect(message).toContain(problem);
  expect(message).not.toContain('client_secret');
});

test('a config without a repository is not read from a device without end', () => {
  const directory = directoryWith({});
  symlinkSync('/dev/zero', join(directory, 'kolena-s3.yml'));
  expect(() => read(directory)).toThrow('it is a device or a pipe');
});

test('the history of a config is that of the files that its links lead to, too', () => {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 'sts:AssumeRole' },
    ],
  });
  const directory = directoryWith({
    '.git/HEAD': '',
    'shared/access.yml': 'buckets: [eu-kolena]\nkolena-trust-policy: trust.json\n',
    'shared/trust-of-today.json': document,
  });
  symlinkSync('shared/access.yml', join(directory, 'kolena-s3.yml'));
  symlinkSync('shared/trust-of-today.json', join(directory, 'trust.json'));
  expect(read(directory).configFiles).toEqual([
    'kolena-s3.yml',
    'shared/access.yml',
    'trust.json',
    'shared/trust-of-today.json',
  ]);
});

test('a config is its file and the trust policy that it names, in every version of both', async () => {
  const trust = (arn: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' }],
    });
  const directory = directoryWith({
    '.git/HEAD': '',
    'access/eu.yml': 'buckets: [eu-kolena]\nkolena-trust-policy: trust/now.json\n',
    'access/trust/now.json': trust('arn:aws:iam::444455556666:root'),
  });
  const { configFiles, parseConfig } = read(directory, { INPUT_CONFIG: 'access/eu.yml' });
  expect(configFiles).toEqual(['access/eu.yml', 'access/trust/now.json']);
  const former: Readonly<Record<string, string>> = {
    'access/eu.yml': 'buckets: [former]\nkolena-trust-policy: former.json\n',
    'access/former.json': trust('arn:aws:iam::777788889999:root'),
  };
  expect(await parseConfig((path) => Promise.resolve(former[path] ?? ''))).toMatchObject({
    buckets: [{ bucket: 'former' }],
    kolenaPrincipalArn: 'arn:aws:iam::777788889999:root',
  });
});

test('the roles that other configs in the folder name now are known; what is not a config names none', () => {
  const directory = directoryWith({
    '.git/HEAD': '',
    'access/us.yml': `buckets: [us-kolena]\nrole-name: Us\nkolena-principal-arn: arn:aws:iam::444455556666:root\n`,
    'access/eu.yaml': 'buckets: [eu-kolena]\nrole-name: KolenaEU\n',
    'access/default.yml': 'buckets: [photos]\n',
    'access/compose.yml': 'services: {}\n',
    'access/broken.yml': 'buckets: [',
    'access/number.yml': 'buckets: [photos]\nrole-name: [1]\n',
  });
  expect([...read(directory, { INPUT_CONFIG: 'access/us.yml' }).rolesBeside()].sort()).toEqual([
    ['kolenaeu', 'eu.yaml'],
    ['kolenas3readaccess', 'default.yml'],
  ]);
});

const sha = '0123456789abcdef0123456789abcdef01234567';
test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ['detached', { '.git/HEAD': `${sha}\n` }, sha],
  ['on a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${sha}\n` }, sha],
  [
    'on a packed branch',
    { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${sha} refs/heads/main\n` },
    sha,
  ],
  ['of no commit yet', { '.git/HEAD': 'ref: refs/heads/main\n' }, undefined],
  ['without git', {}, undefined],
])('the commit that is checked out is read from a repository %s', (_, files, expected) => {
  const directory = directoryWith({ 'access/kolena-s3.yml': config, ...files });
  const { checkedOut } = read(join(directory, 'access'));
  expect(checkedOut).toBe(expected);
});

/** Line and problem of each place, in the file of the config. */
function placesOf(text: string, inputs: Record<string, string> = {}) {
  const directory = directoryWith({ 'kolena-s3.yml': text });
  const given = readInputs({ 'INPUT_WORKING-DIRECTORY': directory, ...inputs }).inputs;
  if (!(given instanceof UserError)) throw new Error('the config is valid');
  const file = join(directory, 'kolena-s3.yml');
  expect(given.places.map((place) => place.file)).toEqual(given.places.map(() => file));
  return given.places.map(({ line, problem }) => `${line} ${problem.split(' ')[0] ?? ''}`);
}

test.each([
  [
    '# Access\nbuckets:\n  - good-bucket\n  - UPPER\nkolena-principal-arn: nobody\n',
    ['4 buckets[1]:', '5 kolena-principal-arn:'],
  ],
  ['buckets: [a-bucket]\n\ncolour: red\n', ['1 kolena-principal-arn:', '3 "colour":']],
  ['buckets:\n  - a-bucket\n  - b: [\n', ['4 Flow']],
  ['- a-bucket\n', ['1 it']],
])('each problem of the config is told with its line: %j', (text, places) => {
  expect(placesOf(text).sort()).toEqual(places);
});

test('what an input says stands in no line of the file', () => {
  const text = 'buckets: [a-bucket]\nkolena-principal-arn: nobody\ncors-origins: [x]\n';
  expect(placesOf(text, { 'INPUT_KOLENA-PRINCIPAL-ARN': 'somebody', INPUT_CORS: 'on' })).toEqual([
    '3 cors-origins[0]:',
  ]);
});
