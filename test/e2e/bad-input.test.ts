import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScene, type Scene } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

interface BadInput {
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Text of `kolena-s3.yml`. */
  readonly config?: string;
  /** What the one error has to name. */
  readonly named: readonly string[];
}

const cases: readonly BadInput[] = [
  { name: 'an unknown command', inputs: { command: 'aply' }, named: ['aply', 'apply', 'destroy'] },
  { name: 'a config file that is not there', inputs: { config: 'access/eu.yml' }, named: ['access/eu.yml'] },
  { name: 'a config file that is no YAML', config: 'buckets: [', named: ['kolena-s3.yml'] },
  { name: 'a config file that is not a mapping', config: '- share-with-kolena\n', named: ['mapping'] },
  { name: 'an unknown key', config: 'bukets: [share-with-kolena]\n', named: ['bukets', 'buckets'] },
  {
    name: 'a principal that is no ARN',
    inputs: { 'kolena-principal-arn': '444455556666' },
    named: ['kolena-principal-arn', '444455556666'],
  },
  {
    name: 'a bucket name that S3 refuses',
    inputs: { buckets: 'Share_With_Kolena' },
    named: ['Share_With_Kolena'],
  },
  {
    name: 'a bucket named twice',
    inputs: { buckets: 'share-with-kolena\nshare-with-kolena' },
    named: ['share-with-kolena'],
  },
  {
    name: 'a prefix and the whole bucket',
    inputs: { buckets: 'share-with-kolena\nshare-with-kolena/images/' },
    named: ['share-with-kolena/images/'],
  },
  {
    name: 'an external ID of one character',
    inputs: { 'kolena-external-id': 'x' },
    named: ['kolena-external-id', '2'],
  },
  { name: 'a tag without =', inputs: { tags: 'team' }, named: ['tags', 'team'] },
  {
    name: 'several problems at once',
    inputs: {
      command: 'aply',
      buckets: 'Share_With_Kolena',
      'role-name': 'no spaces allowed',
      'verify-timeout': 'soon',
    },
    named: ['aply', 'Share_With_Kolena', 'no spaces allowed', 'verify-timeout'],
  },
];

test.each(cases)('$name ends in one error that names it, before any call to AWS', async (badInput) => {
  const { inputs = {}, config, named } = badInput;
  scene.world.gate.forget();
  const files = config === undefined ? {} : { 'kolena-s3.yml': config };
  const { exitCode, errors, outputs, summary, log } = await scene.run(inputs, { files });
  expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({
    exitCode: 1,
    reason: 'invalid-input',
  });
  expect(errors).toHaveLength(1);
  for (const text of named) expect(errors[0]).toContain(text);
  expect(summary).toContain('The configuration is not valid: nothing was changed');
  expect(log).not.toMatch(/^\s+at /m);
  expect(scene.world.gate.calls).toEqual([]);
});

test('account IDs that are to be masked are so in what the error says of a config that is not valid', async () => {
  const inputs = { 'kolena-principal-arn': 'arn:aws:iam::444455556666:group/kolena' };
  const { errors, summary } = await scene.run({ ...inputs, 'mask-aws-account-id': 'true' });
  expect(errors[0]).toContain('arn:aws:iam::***account1:group/kolena');
  expect([...errors, summary].join()).not.toContain('444455556666');
});
