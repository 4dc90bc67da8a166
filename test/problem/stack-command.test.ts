import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stackCommand, type StackChange } from '../../src/problem/stack-command.ts';
import { bootstrapTemplate, exampleParameters } from '../support/bootstrap.ts';

/** Of the AWS CLI what the command uses, on one stack that lies in a file; anything else ends with 2. */
const awsCli = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const [service, operation, ...args] = process.argv.slice(2);
const of = (name) => args[args.indexOf(name) + 1];
const stack = JSON.parse(readFileSync(process.env.STACK, 'utf8'));
if (service !== 'cloudformation') process.exit(2);
if (operation === 'describe-stack-resources') {
  if (!['KolenaS3Deploy', 'KolenaS3Plan'].includes(of('--physical-resource-id'))) {
    console.error('Stack for ' + of('--physical-resource-id') + ' does not exist');
    process.exit(254);
  }
  console.log('kolena-s3-access');
} else if (of('--stack-name') !== 'kolena-s3-access') process.exit(2);
else if (operation === 'describe-stacks') {
  if (of('--query').includes(process.env.FAILS || 'nothing')) process.exit(255);
  const query = of('--query');
  const one = /^Stacks\\[0\\]\\.Parameters\\[\\?ParameterKey=='(\\w+)'\\]\\.ParameterValue$/.exec(query);
  const rest = /^Stacks\\[0\\]\\.Parameters\\[\\?((?:ParameterKey!='\\w+'(?: && )?)+)\\]\\.join\\('',\\['ParameterKey=',ParameterKey,',UsePreviousValue=true'\\]\\)$/.exec(query);
  if (one) console.log(stack[one[1]]);
  else if (rest) {
    const named = [...rest[1].matchAll(/'(\\w+)'/g)].map((match) => match[1]);
    const others = Object.keys(stack).filter((name) => !named.includes(name));
    console.log(others.map((name) => 'ParameterKey=' + name + ',UsePreviousValue=true').join('\\t'));
  } else process.exit(2);
} else if (operation === 'update-stack') {
  if (!args.includes('--use-previous-template') || of('--capabilities') !== 'CAPABILITY_NAMED_IAM') process.exit(2);
  const given = args.slice(args.indexOf('--parameters') + 1);
  const next = Object.fromEntries(given.map((text) => {
    const kept = /^ParameterKey=(\\w+),UsePreviousValue=true$/.exec(text);
    if (kept) return [kept[1], stack[kept[1]]];
    const [, name, value] = /^ParameterKey=(\\w+),ParameterValue="([^"]*)"$/.exec(text);
    return [name, value];
  }));
  writeFileSync(process.env.STACK, JSON.stringify(next));
} else if (operation !== 'wait') process.exit(2);
`;

const defaults = Object.fromEntries(
  Object.entries(bootstrapTemplate.Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, Default]],
  ),
);

/** Runs the command on a stack with these parameters. */
function run(
  change: Omit<StackChange, 'roleName'> & { roleName?: string },
  given: Readonly<Record<string, string>> = {},
  fails = '',
) {
  const folder = mkdtempSync(join(tmpdir(), 'aws-cli-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
  const before = { ...defaults, ...exampleParameters, Environment: 'production', ...given };
  const stack = join(folder, 'stack.json');
  writeFileSync(stack, JSON.stringify(before));
  writeFileSync(join(folder, 'aws'), awsCli);
  chmodSync(join(folder, 'aws'), 0o755);
  const command = stackCommand({ roleName: 'KolenaS3Plan', ...change });
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, STACK: stack, FAILS: fails };
  const { status, stderr } = spawnSync('bash', ['-c', command], { env, encoding: 'utf8' });
  const after = JSON.parse(readFileSync(stack, 'utf8')) as Record<string, string>;
  return { status, stderr, before, after };
}

describe('stackCommand', () => {
  it('adds a bucket, and keeps one that no config names and every other parameter', () => {
    const { status, before, after } = run(
      { how: 'add', lists: { Buckets: ['new-bucket'] } },
      { Buckets: 'share-with-kolena, of-another-config,acme-*' },
    );
    expect(status).toBe(0);
    expect(after).toEqual({ ...before, Buckets: 'acme-*,new-bucket,of-another-config,share-with-kolena' });
  });

  it('changes nothing more when it runs twice', () => {
    const Buckets = 'new-bucket,share-with-kolena';
    expect(run({ how: 'add', lists: { Buckets: ['new-bucket'] } }, { Buckets }).after['Buckets']).toBe(
      Buckets,
    );
  });

  it('refuses a list that no parameter holds, with the pattern that would do', () => {
    const Buckets = Array.from({ length: 195 }, (_, at) => `acme-images-${String(at).padStart(8, '0')}`).join(
      ',',
    );
    const added = ['acme-images-00000900', 'acme-images-00000901'];
    const { status, stderr, before, after } = run({ how: 'add', lists: { Buckets: added } }, { Buckets });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /Buckets would have \d+ characters; a parameter holds 4096\. acme-images-\* in place of/,
    );
    expect(after).toEqual(before);
    expect(
      run({ how: 'add', lists: { Buckets: ['x1', 'y2'] } }, { Buckets: `${Buckets},b2` }).stderr,
    ).toContain('patterns such as acme-*');
  });

  it('puts new names beside the former ones for a rename, and drops those afterwards', () => {
    const lists = { RoleName: ['KolenaRead'], PolicyName: ['KolenaPolicy'] };
    const { before, after } = run({ how: 'add', lists });
    const both = { RoleName: 'KolenaRead,KolenaS3ReadAccess', PolicyName: 'KolenaPolicy,KolenaS3ReadAccess' };
    expect(after).toEqual({ ...before, ...both });
    expect(run({ how: 'only', lists }, both).after).toEqual({
      ...before,
      RoleName: 'KolenaRead',
      PolicyName: 'KolenaPolicy',
    });
  });

  it('ends with what AWS says where no stack made the role', () => {
    const { status, stderr, before, after } = run({
      roleName: 'other',
      how: 'add',
      lists: { Buckets: ['b'] },
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('Stack for other does not exist');
    expect(after).toEqual(before);
  });

  it.each(["=='Buckets'", "!='Buckets'"])(
    'changes nothing when AWS does not answer the question for %s',
    (question) => {
      const { status, before, after } = run({ how: 'add', lists: { Buckets: ['new-bucket'] } }, {}, question);
      expect(status).not.toBe(0);
      expect(after).toEqual(before);
    },
  );

  it('is bash that parses', () => {
    const command = stackCommand({ roleName: 'r', how: 'add', lists: { Buckets: ['b'], RoleName: ['r'] } });
    expect(() => execFileSync('bash', ['-n', '-c', command])).not.toThrow();
  });
});
