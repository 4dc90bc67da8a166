import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accessJsonSchema } from '../../scripts/access-json-schema.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { principalArn } from './configs.ts';

/** What no JSON Schema can say, in the parser's words. */
const beyondSchemas =
  /lies inside|is the same as|all must be of one|lets in domains of others|given twice|1,024 bytes|its month does not have|which is a key of the config/;

const validate = new Ajv2020({ strict: false }).compile(accessJsonSchema());

const least = { buckets: ['share-with-kolena'], 'kolena-principal-arn': principalArn };

function problemOf(config: object): string | undefined {
  try {
    parseAccessConfig(config);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const region = fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1', 'x');
const partition = fc.constantFrom('aws', 'aws-cn', 'aws-us-gov', 'aws-iso');
const account = fc.constantFrom('111122223333', '1111', 'aws', '');
const uuid = '1234abcd-12ab-34cd-56ef-1234567890ab';

const samples: Readonly<Record<string, fc.Arbitrary<string>>> = {
  buckets: fc
    .tuple(
      fc.constantFrom('', '', 's3://', 's3:/', 'arn:aws:s3:::', 'arn:aws-cn:s3:::', 'arn:aws:s3:us-east-1::'),
      fc.constantFrom(
        'images',
        'a.b',
        'a..b',
        '10.0.0.1',
        'xn--a',
        'ab',
        'a-s3alias',
        'kolena-public-datasets',
        'Up',
      ),
      fc.constantFrom(
        '',
        '',
        '/',
        '/2024/',
        '/2024',
        '//a/',
        '/a b/',
        '/é/',
        '/*',
        '/a/*/',
        '/$/',
        '/ł/',
        '/a//b/',
      ),
    )
    .map((parts) => parts.join('')),
  'kolena-principal-arn': fc
    .tuple(
      partition,
      account,
      fc.constantFrom('role/kolena', 'user/a/b', 'root', 'role/', 'group/a', 'role/*'),
    )
    .map(([of, id, resource]) => `arn:${of}:iam::${id}:${resource}`),
  'kolena-external-id': fc.constantFrom('k', 'kolena-1', 'a b', 'x'.repeat(1224), 'x'.repeat(1225)),
  'access-until': fc
    .tuple(
      fc.constantFrom(
        '2027-06-30',
        '2027-02-30',
        '2028-02-29',
        '2027-6-30',
        '1999-12-31',
        '2027-13-01',
        '+2027-06-30',
      ),
      fc.constantFrom('', '', 'T18:00', 'T18:00:30', 'T24:00:00', ' 18:00:00', 'T18:00:00.5'),
      fc.constantFrom('', 'Z', 'z', '+02:00', '-14:30', '+15:00', '+0200', ' CET'),
    )
    .map((parts) => parts.join('')),
  'role-name': fc.constantFrom('Role', 'Ro le', 'r'.repeat(64), 'r'.repeat(65), '_+=,.@-'),
  'policy-name': fc.constantFrom('P', 'p'.repeat(125), 'p'.repeat(126), 'p/q'),
  'iam-path': fc.constantFrom('/', '/a/', 'a', '/a', '//', `/${'a'.repeat(510)}/`, `/${'a'.repeat(511)}/`),
  'permissions-boundary-arn': fc
    .tuple(partition, account, fc.constantFrom('policy/a', 'policy/a/b', 'policy/', 'role/a'))
    .map(([of, id, resource]) => `arn:${of}:iam::${id}:${resource}`),
  'max-session-duration': fc.oneof(
    fc.integer({ min: 0, max: 50_000 }).map(String),
    fc.constantFrom('3600', '03600', '43200', '43201', '1h'),
  ),
  'include-public-datasets': fc.constantFrom('true', 'True', 'yes', 'FALSE', 'tRue'),
  'object-versions': fc.constantFrom('true', 'no'),
  'kms-key-arns': fc
    .tuple(
      partition,
      region,
      account,
      fc.constantFrom(`key/${uuid}`, `key/mrk-${'a'.repeat(32)}`, 'key/*', 'alias/a'),
    )
    .map(([of, where, id, resource]) => `arn:${of}:kms:${where}:${id}:${resource}`),
  cors: fc.constantFrom('merge', 'replace', 'off', 'Merge', 'on'),
  'cors-origins': fc
    .tuple(
      fc.constantFrom('https://', 'http://', 'ftp://', ''),
      fc.constantFrom(
        'app.kolena.io',
        '*.kolena.io',
        '*',
        'a..b',
        '-a.b',
        '*.*.io',
        'App.io',
        'a*.co.uk',
        'localhost',
      ),
      fc.constantFrom('', '', ':443', ':80', ':8080', ':65536', ':99999', '/', ':00080'),
    )
    .map((parts) => parts.join('')),
  tags: fc
    .tuple(
      fc.constantFrom('team', 'aws:a', 'AWS:a', '', ' ', '__proto__', 'a b', 'a;b', 'ü', 'k'.repeat(129)),
      fc.constantFrom('=', '', ' = '),
      fc.constantFrom('x', '', 'a=b', '<', 'v'.repeat(257)),
    )
    .map((parts) => parts.join('')),
};

const key = fc.constantFrom(...Object.keys(samples), 'bucket');
const numbers = fc.oneof(fc.integer({ min: 3000, max: 44_000 }), fc.double());

const valueOf = (name: string): fc.Arbitrary<unknown> => {
  const sample = samples[name] ?? fc.string();
  const text = fc.oneof({ weight: 6, arbitrary: sample }, { weight: 1, arbitrary: fc.string() });
  return fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 4, arbitrary: fc.array(text, { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.array(text, { maxLength: 3 }).map((lines) => lines.join('\n')) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('', ' ', '\n'), text, fc.constantFrom('', ' ', '\t'))
        .map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.dictionary(sample, sample, { maxKeys: 3 }) },
    { weight: 1, arbitrary: numbers },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [1], { a: 1 }) },
  );
};

const configs = fc
  .array(
    key.chain((name) => fc.tuple(fc.constant(name), valueOf(name))),
    { minLength: 1, maxLength: 2 },
  )
  .map((entries) => ({ ...least, ...Object.fromEntries(entries) }));

test('the JSON Schema takes what the parser takes, and refuses what it refuses less what no schema can say', () => {
  fc.assert(
    fc.property(configs, (config) => {
      const problem = problemOf(config);
      if (problem === undefined) expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
      else if (!beyondSchemas.test(problem)) expect(validate(config), problem).toBe(false);
    }),
    { numRuns: 3000 },
  );
});
