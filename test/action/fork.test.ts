import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInputs } from '../../src/action/inputs.ts';
import { run } from '../../src/action/run.ts';
import { synthesizeAccess } from '../../src/stack/synthesize.ts';
import { fakeWorld, pullRequestEvent } from './fake-world.ts';

const fork = { number: 7, head: 'head-1', merged: false, fork: 'somebody/fork' };
const start = 'kolena-principal-arn: arn:aws:iam::444455556666:root\nbuckets:\n';

/** Runs for a fork whose config file holds this, with the real reader and the real stack. */
async function runWith(config: string | Uint8Array, inputs: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'fork-'));
  writeFileSync(join(directory, 'kolena-s3.yml'), config);
  const given = readInputs({
    'INPUT_WORKING-DIRECTORY': directory,
    'INPUT_AWS-REGION': 'us-east-1',
    INPUT_COMMAND: 'apply',
    ...inputs,
  });
  const world = fakeWorld({ event: { ...pullRequestEvent, pullRequest: fork }, given });
  const stack = await world.edges.loadStack();
  const started = performance.now();
  await run({ ...world.edges, loadStack: () => Promise.resolve({ ...stack, synthesizeAccess }) });
  return { ...world, milliseconds: performance.now() - started };
}

test.each<[string, string | Uint8Array]>([
  ['nothing', ''],
  ['no text', new Uint8Array([0, 255, 254, 128])],
  ['a scalar', '42'],
  ['a list', '- a\n- b\n'],
  ['a cycle', 'buckets: &a [*a]\n'],
  ['a deep nest', `buckets: ${'['.repeat(5000)}${']'.repeat(5000)}\n`],
  ['two documents', `${start}  - a-bucket\n---\nmore: true\n`],
  ['a tag', 'buckets: !!js/function "x"\n'],
  ['__proto__ and constructor', `${start}  - a-bucket\n__proto__: { x: 1 }\nconstructor: y\n`],
  ['tags of such names', `${start}  - a-bucket\ntags: { __proto__: x, constructor: y, "//": z }\n`],
  [
    'CDKTF tokens',
    `${start}  - a-bucket\ntags: { a: "\${TfToken[TOKEN.5]}", b: "\${file(\"/etc/passwd\")}" }\n`,
  ],
  ['a prefix of templates', `${start}  - a-bucket/%{ for x in y }/\n`],
  ['a workflow command', `${start}  - "a\\n\\u0085::set-output name=verified::true"\n`],
  ['16,000 prefixes', start + Array.from({ length: 16_000 }, (_, at) => `  - bucket/p${at}/\n`).join('')],
  [
    '3,900 prefixes of 500 buckets',
    start + Array.from({ length: 3900 }, (_, at) => `  - bucket-${at % 500}/images-${at}/\n`).join(''),
  ],
  [
    '3,900 tags',
    `${start}  - a-bucket\ntags:\n${Array.from({ length: 3900 }, (_, at) => `  t${at}: v\n`).join('')}`,
  ],
  ['more than 256 KB', `${start}  - a-bucket\n# ${'x'.repeat(300_000)}\n`],
])(
  'A fork whose config holds %s is green and skipped, within a second, and nothing is asked of anybody.',
  async (_, config) => {
    const { calls, outputs, milliseconds } = await runWith(config);
    expect(calls.filter((call) => call !== 'outputs' && call !== 'summary')).toEqual([]);
    expect(outputs.skipped).toBe(true);
    expect(outputs['failure-reason']).toBeUndefined();
    // Ten times what it takes here, on a machine that others use too.
    expect(milliseconds).toBeLessThan(10_000);
  },
);

test('A fork whose config this version stumbles over is green and skipped, and warned.', async () => {
  const world = fakeWorld({ event: { ...pullRequestEvent, pullRequest: fork } });
  const loadStack = () => Promise.reject(new TypeError('x is not a function'));
  await run({ ...world.edges, loadStack });
  expect(world.outputs.skipped).toBe(true);
  expect(world.warnings).toEqual([expect.stringContaining('x is not a function')]);
});

test.each([
  ['of an unknown command', { INPUT_COMMAND: 'aply' }],
  ['of a broken number', { 'INPUT_VERIFY-TIMEOUT': 'soon' }],
  ['of an unknown backend', { INPUT_BACKEND: 'cloud' }],
])('A fork with inputs %s is green and skipped.', async (_, inputs) => {
  const { outputs, warnings } = await runWith(`${start}  - a-bucket\n`, inputs);
  expect(outputs.skipped).toBe(true);
  expect(warnings).toHaveLength(1);
});
