import { expect, test } from 'vitest';
import { accessKeys, parseAccessConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/base/errors.ts';
import { principalArn } from './configs.ts';
import { cpuTimeOf, isWithin } from '../support/pace.ts';

const least = { buckets: ['share-with-kolena'], 'kolena-principal-arn': principalArn };
const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

function problemsOf(raw: unknown): string[] {
  try {
    parseAccessConfig(raw);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.reason).toBe('invalid-input');
    return error.message.split('\n').map((line) => line.replace(/^- |^The config has a problem: /, ''));
  }
  return [];
}

test("a config of bucket and principal gets the contract's defaults", () => {
  expect(parseAccessConfig(least)).toStrictEqual({
    buckets: [{ bucket: 'share-with-kolena' }],
    kolenaPrincipalArn: principalArn,
    roleName: 'KolenaS3ReadAccess',
    policyName: 'KolenaS3ReadAccess',
    iamPath: '/',
    maxSessionDuration: 3600,
    includePublicDatasets: true,
    objectVersions: false,
    otherPolicyArns: [],
    kmsKeyArns: [],
    cors: 'merge',
    corsOrigins: ['https://app.kolena.io'],
    tags: {},
  });
});

test('every key of YAML and the text of every input mean the same', () => {
  const yaml = {
    buckets: [
      'a-bucket',
      's3://b-bucket/images/2024/',
      'arn:aws:s3:::c-bucket',
      'arn:aws:s3:::d.bucket/x/',
      's3://e-bucket/',
    ],
    'kolena-principal-arn': 'arn:aws:iam::111122223333:root',
    'kolena-external-id': 'tenant:42/x',
    'access-until': '2027-06-30',
    'role-name': 'Kolena',
    'policy-name': 'KolenaPolicy',
    'iam-path': '/vendors/kolena/',
    'permissions-boundary-arn': 'arn:aws:iam::444455556666:policy/boundaries/vendors',
    'other-policy-arns': ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    'max-session-duration': 43200,
    'include-public-datasets': false,
    'object-versions': true,
    'kms-key-arns': [`arn:aws:kms:eu-west-1:444455556666:key/${key}`],
    cors: 'replace',
    'cors-origins': [
      'https://app.kolena.com',
      'https://*.kolena.io',
      'https://*-staging.kolena.co.uk',
      'http://localhost:3000',
    ],
    tags: { team: 'ml', query: 'a=b' },
  };
  const inputs = {
    ...yaml,
    buckets: `${yaml.buckets.join('\n')}\n\n`,
    'max-session-duration': '43200',
    'include-public-datasets': 'False',
    'object-versions': 'true',
    'other-policy-arns': yaml['other-policy-arns'].join('\n'),
    'kms-key-arns': yaml['kms-key-arns'].join('\n'),
    'cors-origins': yaml['cors-origins'].join('\r\n'),
    tags: 'team=ml\n query = a=b ',
  };

  const config = parseAccessConfig(yaml);
  expect([...Object.keys(yaml), 'kolena-trust-policy']).toEqual(accessKeys);
  expect(config).toStrictEqual({
    buckets: [
      { bucket: 'a-bucket' },
      { bucket: 'b-bucket', prefix: 'images/2024/' },
      { bucket: 'c-bucket' },
      { bucket: 'd.bucket', prefix: 'x/' },
      { bucket: 'e-bucket' },
    ],
    kolenaPrincipalArn: 'arn:aws:iam::111122223333:root',
    kolenaExternalId: 'tenant:42/x',
    accessUntil: '2027-07-01T00:00:00Z',
    roleName: 'Kolena',
    policyName: 'KolenaPolicy',
    iamPath: '/vendors/kolena/',
    permissionsBoundaryArn: 'arn:aws:iam::444455556666:policy/boundaries/vendors',
    otherPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    maxSessionDuration: 43200,
    includePublicDatasets: false,
    objectVersions: true,
    kmsKeyArns: [`arn:aws:kms:eu-west-1:444455556666:key/${key}`],
    cors: 'replace',
    corsOrigins: [
      'https://app.kolena.com',
      'https://*.kolena.io',
      'https://*-staging.kolena.co.uk',
      'http://localhost:3000',
    ],
    tags: { team: 'ml', query: 'a=b' },
  });
  expect(parseAccessConfig(inputs)).toStrictEqual(config);
  expect(parseAccessConfig({ ...yaml, tags: ['team=ml', 'query=a=b'] })).toStrictEqual(config);
});

test('an input that is unset and a key without a value count as not given', () => {
  const unset = Object.fromEntries(accessKeys.map((name) => [name, '']));
  expect(parseAccessConfig({ ...unset, ...least })).toStrictEqual(parseAccessConfig(least));
  expect(parseAccessConfig({ ...least, tags: null, 'kolena-external-id': '  ' })).toStrictEqual(
    parseAccessConfig(least),
  );
});

test.each([null, [], 'buckets', 3, undefined])('a config of %j is no mapping', (raw) => {
  expect(problemsOf(raw)).toEqual([
    expect.stringContaining('a mapping of keys such as "buckets:" is needed'),
  ]);
});

test('all problems are named at once, each with its path', () => {
  const problems = problemsOf({
    buckets: ['Upper', 7, 'twice', 's3://twice/', 'twice/inside/'],
    'kolena-external-id': 'x',
    'kolena-external-ids': 'topsecret',
    'role-name': 'no spaces',
    'max-session-duration': 60,
    'object-versions': 'yes',
    cors: 'on',
    tags: ['no-equals-sign'],
    'permissions-boundary-arn': 'arn:aws:iam::aws:role/x',
  });
  expect(problems[0]).toBe('The config has 13 problems:');
  expect(problems.slice(1).map((problem) => problem.split(': ')[0])).toEqual([
    'buckets[0]',
    'buckets[1]',
    'kolena-principal-arn',
    'kolena-external-id',
    'role-name',
    'permissions-boundary-arn',
    'max-session-duration',
    'object-versions',
    'cors',
    'tags',
    '"kolena-external-ids"',
    'buckets[3]',
    'buckets[4]',
  ]);
  expect(problems.join('\n')).toContain('did you mean "kolena-external-id"?');
  expect(problems.join('\n')).not.toContain('topsecret');
});

const buckets: [text: unknown, problem: string][] = [
  ['ab', '3 to 63'],
  ['a'.repeat(64), '3 to 63'],
  ['Has-Upper', '3 to 63'],
  ['under_score', '3 to 63'],
  // Those that us-east-1 took: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  ['My_Company.Training', 'until March 2018'],
  ['s3://My_Company.Training/images/', 'is not served: copy its objects'],
  ['a'.repeat(255), 'more than 63 characters'],
  ['A'.repeat(256), 'a letter or digit at both ends'],
  ['-dash', '3 to 63'],
  ['dot.', '3 to 63'],
  ['two..dots', 'two dots in a row'],
  ['192.168.5.4', 'IP address'],
  ['xn--bucket', '"xn--"'],
  ['sthree-bucket', '"sthree-"'],
  ['amzn-s3-demo-bucket', '"amzn-s3-demo-"'],
  ['bucket-s3alias', '"-s3alias"'],
  ['bucket--ol-s3', '"--ol-s3"'],
  ['bucket.mrap', '".mrap"'],
  ['bucket--usw2-az1--x-s3', '"--x-s3"'],
  ['bucket--table-s3', '"--table-s3"'],
  ['bucket\nother', '3 to 63'],
  ['one, two', 'one bucket per line'],
  ['all-*', 'wildcard in the bucket name'],
  ['*', 'wildcard in the bucket name'],
  ['kolena-public-datasets/x/', 'include-public-datasets'],
  ['bucket/prefix', 'did you mean "bucket/prefix/"?'],
  ['s3://bucket/a/b', 'did you mean "s3://bucket/a/b/"?'],
  ['bucket//prefix/', 'did you mean "bucket/prefix/"?'],
  ['s3://bucket//prefix/', 'did you mean "s3://bucket/prefix/"?'],
  ['s3:://bucket', 'did you mean "s3://bucket"?'],
  ['arn:aws:s3:::bucket/*', '"arn:aws:s3:::bucket/" means everything below'],
  ['bucket/prefix/*', '"bucket/prefix/" means everything below'],
  ['bucket/a*b/', '"*" in its prefix'],
  ['bucket/a?/', '"?" in its prefix'],
  ['bucket/${aws:username}/', '"$" in its prefix'],
  ['bucket/日本/', 'Latin-1'],
  ['bucket/tab\there/', 'Latin-1'],
  [`bucket/${'x'.repeat(1024)}/`, '1,024 bytes'],
  ['https://bucket.s3.amazonaws.com/', 'is a URL'],
  ['arn:aws:s3:us-east-1:111122223333:accesspoint/x', 'access point'],
  ['arn:aws:iam::111122223333:role/x', 'not the ARN of a bucket'],
  ['arn:aws-iso:s3:::bucket', 'partition aws-iso'],
  [null, 'text is needed'],
  [['nested'], 'text is needed'],
];
test.each(buckets)('the bucket %j is refused', (bucket, problem) => {
  expect(problemsOf({ ...least, buckets: [bucket] })).toEqual([expect.stringMatching(/^buckets\[0\]: /)]);
  expect(problemsOf({ ...least, buckets: [bucket] })[0]).toContain(problem);
});

test.each([
  ['the same bucket in another notation', ['bucket', 'arn:aws:s3:::bucket'], 'is the same as buckets[0]'],
  ['a prefix beside its whole bucket', ['bucket', 'bucket/a/'], 'lies inside buckets[0]'],
  [
    'a whole bucket beside its prefix',
    ['bucket', 'bucket/a/'].reverse(),
    'buckets[0]: "bucket/a/" lies inside buckets[1]',
  ],
  [
    'a prefix inside another one',
    ['bucket/a/', 'bucket/b/', 'bucket/a/b/'],
    'buckets[2]: "bucket/a/b/" lies inside buckets[0]',
  ],
])('%s is refused', (_, given, problem) => {
  expect(problemsOf({ ...least, buckets: given })).toEqual([expect.stringContaining(problem)]);
});

test('prefixes that only begin alike, and buckets that only begin alike, do not overlap', () => {
  const given = ['bucket/a/', 'bucket/ab/', 'bucket-a', 'bucket-a.b', 'bucke', 'bucket/a-/'];
  expect(problemsOf({ ...least, buckets: given })).toEqual([]);
});

const values: [key: string, value: unknown, problem: string][] = [
  ['kolena-principal-arn', 'PASTE KOLENA PRINCIPAL ARN HERE', 'copy it from Kolena'],
  ['kolena-principal-arn', 'arn:aws:iam::123456789012:role/kolena', 'stands for any account in examples'],
  ['kolena-principal-arn', 'arn:aws:iam::111111111111:root', 'account 111111111111, which stands for'],
  ['kolena-principal-arn', 'arn:aws:iam::000000000000:user/kolena', 'copy the principal ARN from Kolena'],
  ['kolena-principal-arn', '*', 'wildcard'],
  ['kolena-principal-arn', 'arn:aws:iam::111122223333:role/*', 'wildcard'],
  ['kolena-principal-arn', '111122223333', 'did you mean "arn:aws:iam::111122223333:root"?'],
  [
    'kolena-principal-arn',
    'arn:aws:sts::111122223333:assumed-role/kolena/s',
    '"arn:aws:iam::111122223333:role/kolena"',
  ],
  ['kolena-principal-arn', 'AROADBQP57FF2AEXAMPLE', 'was deleted'],
  ['kolena-principal-arn', 'arn:aws:iam::11112222333:root', 'not the ARN'],
  ['kolena-principal-arn', 'arn:aws:iam::111122223333:group/x', 'not the ARN'],
  ['kolena-principal-arn', 'arn:aws:iam::111122223333:role/x\narn', 'not the ARN'],
  ['kolena-principal-arn', 'arn:aws-iso:iam::111122223333:root', 'not the ARN'],
  ['kolena-principal-arn', ['arn:aws:iam::111122223333:root'], 'text is needed'],
  ['role-name', 'x'.repeat(65), '1 to 64'],
  ['role-name', 'path/name', '1 to 64'],
  ['role-name', 42, 'put it in quotes'],
  ['policy-name', 'x'.repeat(126), '1 to 125'],
  ['iam-path', 'vendors', 'is not an IAM path'],
  ['iam-path', '/vendors', 'is not an IAM path'],
  ['iam-path', '//', 'is not an IAM path'],
  ['iam-path', `/${'x'.repeat(511)}/`, 'at most 512'],
  ['permissions-boundary-arn', 'ReadOnlyAccess', 'is not the ARN of a managed policy'],
  ['permissions-boundary-arn', 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess', 'is of partition aws-cn'],
  ['max-session-duration', 3599, '3600 to 43200'],
  ['max-session-duration', 43201, '3600 to 43200'],
  ['max-session-duration', '1h', 'whole number of seconds'],
  ['max-session-duration', 3600.5, 'whole number of seconds'],
  ['include-public-datasets', 'no', 'true or false'],
  ['object-versions', 1, 'true or false'],
  ['cors', 'Merge', 'merge, replace, off'],
  ['cors', false, 'merge, replace, off'],
  ['kms-key-arns', { a: 1 }, 'a list is needed'],
  ['tags', 'a', 'write key=value'],
  ['tags', '=a', 'write key=value'],
  ['tags', 3, 'must hold text'],
  ['tags', { 'aws:name': 'x' }, 'reserved'],
  ['tags', { 'AWS:name': 'x' }, 'reserved'],
  ['tags', { ['k'.repeat(129)]: 'x' }, '1 to 128'],
  ['tags', { k: 'x'.repeat(257) }, 'at most 256'],
  ['tags', { k: 'a;b' }, 'characters that AWS refuses'],
  ['tags', 'Team=a\nteam=b', 'given twice'],
  ['tags', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v'])), 'AWS takes 50'],
  ['bucket', ['x'], 'did you mean "buckets"?'],
  ['colour', 'x', 'known are buckets, kolena-principal-arn'],
];
test.each(values)('%s of %j is refused', (name, value, problem) => {
  const problems = problemsOf({ ...least, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
  expect(problems[0]).toMatch(new RegExp(`^"?${name}"?: `));
});

test.each([
  [`arn:aws:kms:us-east-1:111122223333:alias/key`, 'is an alias'],
  [`arn:aws:kms:us-east-1:111122223333:key/*`, 'wildcard'],
  [key, 'is not the ARN of a KMS key'],
  [`arn:aws:kms:cn-north-1:111122223333:key/${key}`, 'of partition aws-cn'],
  [`arn:aws-cn:kms:cn-north-1:111122223333:key/${key}`, 'but kolena-principal-arn is of aws'],
])('the KMS key %s is refused', (arn, problem) => {
  expect(problemsOf({ ...least, 'kms-key-arns': [arn] })).toEqual([
    expect.stringMatching(/^kms-key-arns\[0\]: /),
  ]);
  expect(problemsOf({ ...least, 'kms-key-arns': [arn] })[0]).toContain(problem);
});

test.each([
  ['*', 'every web site'],
  ['https://*', 'every web site'],
  ['https://*.*.kolena.io', 'more than one "*"'],
  ['https://*kolena.io', 'domains of others'],
  ['https://*.io', 'domains of others'],
  ['https://*kolena.co.uk', 'domains of others'],
  ['https://*.co.uk', 'domains of others'],
  ['https://*.0.0.1', 'domains of others'],
  ['https://*.github.io', 'domains of others'],
  ['https://*-preview.vercel.app', 'domains of others'],
  ['https://app.kolena.*', 'domains of others'],
  ['https://*.192.168.0.1', 'domains of others'],
  ['https://app.kolena.io/', 'did you mean "https://app.kolena.io"?'],
  ['https://app.kolena.io/dataset', 'did you mean "https://app.kolena.io"?'],
  ['https://App.Kolena.io', 'did you mean "https://app.kolena.io"?'],
  ['https://app.kolena.io:443', 'did you mean "https://app.kolena.io"?'],
  ['https://app.kolena.io:70000', '65535'],
  ['app.kolena.io', 'is not an origin'],
  ['ftp://app.kolena.io', 'is not an origin'],
  ['null', 'is not an origin'],
  ['https://a..b', 'is not an origin'],
])('the origin %s is refused', (origin, problem) => {
  expect(problemsOf({ ...least, 'cors-origins': [origin] })).toEqual([
    expect.stringMatching(/^cors-origins\[0\]: /),
  ]);
  expect(problemsOf({ ...least, 'cors-origins': [origin] })[0]).toContain(problem);
});

test.each([
  ['x', 'has 1 character: 2 to 1224'],
  ['y'.repeat(1225), 'has 1225 characters'],
  ['white space and {braces}', 'at positions 6, 12, 16, 17, 24'],
  [123456, 'a number; text is needed: put it in quotes'],
])('an external ID is refused without being repeated', (id, problem) => {
  const problems = problemsOf({ ...least, 'kolena-external-id': id });
  expect(problems).toEqual([
    `kolena-external-id: ${problems[0]?.slice('kolena-external-id: '.length) ?? ''}`,
  ]);
  expect(problems[0]).toContain(problem);
  if (id !== 'x') expect(problems[0]).not.toContain(String(id));
});

test('an item of another type is named by its path, and put in quotes only where that helps', () => {
  expect(problemsOf({ ...least, tags: { 'cost-center': 1234, team: 'ml', on: null } })).toEqual([
    'The config has 2 problems:',
    'tags.cost-center: it is a number; text is needed: put it in quotes',
    'tags.on: it is empty; text is needed',
  ]);
  expect(problemsOf({ ...least, tags: ['a=b', 5] })).toEqual([
    'tags[1]: it is a number; text is needed: put it in quotes',
  ]);
  expect(problemsOf({ ...least, buckets: [{ 'share-with-kolena': 'images/' }, true] })).toEqual([
    'The config has 2 problems:',
    'buckets[0]: it is a mapping; text is needed',
    'buckets[1]: it is a boolean; text is needed: put it in quotes',
  ]);
});

test('names as long as AWS takes them pass', () => {
  const longest = {
    'role-name': 'r'.repeat(64),
    'policy-name': 'p'.repeat(125),
    'kolena-external-id': 'e'.repeat(1224),
    'iam-path': `/${'x'.repeat(510)}/`,
    'kms-key-arns': [`arn:aws:kms:us-east-1:111122223333:key/mrk-${'0'.repeat(32)}`],
    buckets: ['b'.repeat(63), `b${'c'.repeat(61)}d/${'x'.repeat(1023)}/`],
    tags: { ['k'.repeat(128)]: 'v'.repeat(256), empty: '' },
  };
  expect(problemsOf({ ...least, ...longest })).toEqual([]);
});

test('a long value is cut in the message', () => {
  const [problem = ''] = problemsOf({ ...least, 'role-name': 'n '.repeat(5000) });
  expect(problem.length).toBeLessThan(250);
});

test('repeated keys and origins are refused', () => {
  const arn = `arn:aws:kms:us-east-1:111122223333:key/${key}`;
  expect(problemsOf({ ...least, 'kms-key-arns': [arn, arn] })).toEqual([
    expect.stringMatching(/^kms-key-arns\[1\]: .* kms-key-arns\[0\]$/),
  ]);
  const origin = 'https://app.kolena.com';
  expect(problemsOf({ ...least, 'cors-origins': [origin, origin] })).toEqual([
    expect.stringMatching(/^cors-origins\[1\]: /),
  ]);
});

test('empty lists of buckets and of origins are refused', () => {
  expect(problemsOf({ ...least, buckets: [] })).toEqual(['buckets: names no bucket']);
  expect(problemsOf({ ...least, 'cors-origins': [] })).toEqual([expect.stringContaining('names no origin')]);
});

/** As a wrong indentation, a list or a tag would have it. */
test.each<[string, object]>([
  ['buckets', { buckets: { 'kolena-external-id': 'very-secret' } }],
  ['buckets', { buckets: [{ 'kolena-external-id': 'very-secret' }] }],
  ['buckets', { buckets: ['share-with-kolena', 'kolena-external-id: very-secret'] }],
  ['buckets', { buckets: 'share-with-kolena\nkolena-external-id: very-secret' }],
  ['role-name', { 'role-name': { 'kolena-external-id': 'very-secret' } }],
  ['role-name', { 'role-name': 'Kolena kolena-external-id: very-secret' }],
  ['kms-key-arns', { 'kms-key-arns': [[['kolena-external-id=very-secret']]] }],
  ['tags', { tags: { team: 'ml', 'kolena-external-id': 'very-secret' } }],
  ['tags', { tags: ['team=ml', 'kolena-external-id=very-secret'] }],
  ['cors-origins', { 'cors-origins': { a: { b: [{ 'kolena-external-id': 'very-secret' }] } } }],
])('the external ID inside of %s is refused by its name, and not shown', (under, given) => {
  const problems = problemsOf({ ...least, ...given });
  expect(problems).toEqual([
    expect.stringContaining(
      `${under}: holds kolena-external-id, which is a key of the config and stands in the wrong`,
    ),
  ]);
  expect(problems.join()).not.toContain('very-secret');
});

test.each<[string, object]>([
  ['buckets', { buckets: { a: 'very-secret' } }],
  ['buckets', { buckets: [['very-secret']] }],
  ['role-name', { 'role-name': ['very-secret'] }],
  ['max-session-duration', { 'max-session-duration': { x: 'very-secret' } }],
  ['tags', { tags: { team: { x: 'very-secret' } } }],
  ['include-public-datasets', { 'include-public-datasets': 'very-secret' }],
])('of a value of another kind under %s, the kind alone is shown', (key, given) => {
  const problems = problemsOf({ ...least, ...given });
  expect(problems.join()).toContain(key);
  expect(problems.join()).not.toContain('very-secret');
});

test('keys that mean something to JavaScript are keys as any other', () => {
  const own = (key: string) => JSON.parse(`{ "${key}": "x" }`) as Record<string, string>;
  for (const key of ['__proto__', 'constructor', 'toString'])
    expect(problemsOf({ ...least, ...own(key), ...Object.fromEntries([[key, 'x']]) })).toEqual([
      expect.stringContaining(`"${key}": is not a key of the config`),
    ]);
  for (const tags of [own('__proto__'), ['__proto__=x']])
    expect(problemsOf({ ...least, tags })).toEqual([expect.stringContaining('tags: "__proto__" cannot be')]);
  for (const key of ['constructor', 'toString']) {
    const { tags } = parseAccessConfig({ ...least, tags: own(key) });
    expect(Object.entries(tags)).toEqual([[key, 'x']]);
  }
});

test.each<[string, object, string]>([
  ['16,000 prefixes', { buckets: many(16_000, (at) => `share-with-kolena/${at}/`) }, 'more than 4000 items'],
  ['16,000 bad buckets', { buckets: many(16_000, (at) => `Bad_${at}`) }, 'more than 4000 items'],
  ['40,000 tags', { tags: Object.fromEntries(many(40_000, (at) => [`t${at}`, 'x'])) }, 'holds 40000 tags'],
  ['40,000 tags of another kind', { tags: many(40_000, () => 5) }, 'and 39950 more'],
  ['20,000 unknown keys', Object.fromEntries(many(20_000, (at) => [`k${at}`, 'x'])), 'and 950 more'],
  [
    '16,000 origins',
    { 'cors-origins': many(16_000, (at) => `https://a${at}.example.com`) },
    'more than 4000',
  ],
])('%s are refused within a second of an ordinary machine', (_name, given, problem) => {
  let message = '';
  const milliseconds = cpuTimeOf(() => (message = problemsOf({ ...least, ...given }).join('\n')));
  expect(isWithin(1000, milliseconds), `${milliseconds} ms`).toBe(true);
  expect(message).toContain(problem);
  expect(message.length).toBeLessThan(20_000);
});

function many<T>(length: number, of: (at: number) => T): T[] {
  return Array.from({ length }, (_, at) => of(at));
}
