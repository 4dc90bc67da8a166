import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unsupportedNode } from '../../src/base/node-version.ts';

test.each(['20.19.0', '20.20.2', '22.15.1', '24.0.0', '26.1.0'])('Node %s is good', (version) => {
  expect(unsupportedNode(version)).toBeUndefined();
});

test.each(['16.20.2', '18.20.4', '20.18.3', '21.7.3', '22.14.0', '23.11.1'])(
  'Node %s is named, with what is needed',
  (version) => {
    expect(unsupportedNode(version)).toMatch(
      new RegExp(`^This is Node ${version}; needed is Node 24, or at least 20\\.19 or 22\\.15: `),
    );
  },
);

test('the versions are those of package.json', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  expect(engines.node).toBe('^20.19.0 || ^22.15.0 || >=24.0.0');
});

/** Runs a program on this Node under the number of an old one. */
function onNode18(program: string, env: Record<string, string> = {}) {
  const pretend = join(mkdtempSync(join(tmpdir(), 'node-18-')), 'pretend.cjs');
  writeFileSync(pretend, "Object.defineProperty(process.versions, 'node', { value: '18.20.4' });");
  return spawnSync(process.execPath, ['--import', 'tsx', '--require', pretend, program], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env['PATH'], ...env },
  });
}

test.each(['src/index.ts', 'main.ts', 'scripts/demo.ts', 'scripts/verify.ts', 'scripts/world.ts'])(
  '%s ends on an old Node with that one sentence',
  (program) => {
    const { status, stdout, stderr } = onNode18(program);
    expect(stderr).toBe(`${unsupportedNode('18.20.4') ?? ''}\n`);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  },
);

test('on GitHub the sentence is the error of the run', () => {
  expect(onNode18('src/index.ts', { GITHUB_ACTIONS: 'true' }).stdout).toMatch(/^::error::This is Node 18/);
});
