import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

interface GitHub {
  readonly releases: Record<string, { draft: boolean; target: string; files: string[] }>;
  readonly tags: Record<string, string>;
  readonly calls: string[];
}

const commit = 'c'.repeat(40);
const other = 'd'.repeat(40);
let project: string;
let folder: string;

/** What support/fake-gh.sh keeps. */
function github(): GitHub {
  const read = (...path: readonly string[]) => readFileSync(join(folder, ...path), 'utf8').trim();
  const lines = (...path: readonly string[]) =>
    read(...path)
      .split('\n')
      .filter((line) => line !== '');
  const named = <T>(group: string, of: (name: string) => T) =>
    Object.fromEntries(readdirSync(join(folder, group)).map((name) => [name, of(name)]));
  return {
    releases: named('releases', (name) => ({
      draft: existsSync(join(folder, 'releases', name, 'draft')),
      target: read('releases', name, 'target'),
      files: lines('releases', name, 'files'),
    })),
    tags: named('tags', (name) => read('tags', name)),
    calls: lines('calls'),
  };
}
function setUp({ tags = {}, releases = {} }: Partial<GitHub>): void {
  const write = (text: string, ...path: readonly string[]) => {
    writeFileSync(join(folder, ...path), text);
  };
  for (const [name, commitOfTag] of Object.entries(tags)) write(commitOfTag, 'tags', name);
  for (const [name, { target, files }] of Object.entries(releases)) {
    mkdirSync(join(folder, 'releases', name));
    write(target, 'releases', name, 'target');
    write(files.join('\n'), 'releases', name, 'files');
  }
}
const writeVersion = (version: string, date = '2026-11-25') => {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(project, 'CHANGELOG.md'), `# Changelog\n\n## [${version}] - ${date}\n\n- First.\n`);
};
const release = (env: Readonly<Record<string, string>> = {}) =>
  spawnSync(join(import.meta.dirname, '../scripts/release.sh'), ['release'], {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${project}/bin${delimiter}${process.env['PATH'] ?? ''}`,
      FAKE_GH: folder,
      GITHUB_REPOSITORY: 'acme/access',
      GITHUB_SHA: commit,
      ...env,
    },
  });

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'release-'));
  folder = join(project, 'github');
  for (const name of ['bin', 'release', 'github', 'github/releases', 'github/tags'])
    mkdirSync(join(project, name));
  writeFileSync(join(folder, 'calls'), '');
  copyFileSync(join(import.meta.dirname, 'support/fake-gh.sh'), join(project, 'bin/gh'));
  for (const name of ['SHA256SUMS', 'notes.md', 'kolena-s3-access-cdktf-1.2.3.tgz'])
    writeFileSync(join(project, 'release', name), '');
  writeVersion('1.2.3');
});

const published = { draft: false, target: commit, files: ['SHA256SUMS', 'kolena-s3-access-cdktf-1.2.3.tgz'] };

describe('scripts/release.sh', () => {
  it('drafts, uploads, publishes last, and makes the major tag without a release', () => {
    expect(release()).toMatchObject({ status: 0 });
    expect(github().releases).toEqual({ 'v1.2.3': published });
    expect(github().tags).toEqual({ 'v1.2.3': commit, v1: commit });
    const steps = ['release create', 'release upload', 'draft=false', 'tags/v1 '];
    const order = steps.map((step) => github().calls.findIndex((call) => `${call} `.includes(step)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it.each(['release create', 'release upload', 'draft=false', 'matching-refs', 'git/refs'])(
    'goes on where it stopped at "%s"',
    (step) => {
      expect(release({ FAKE_GH_FAILS: step }).status).not.toBe(0);
      expect(release().status).toBe(0);
      expect(github().releases).toEqual({ 'v1.2.3': published });
      expect(github().tags).toEqual({ 'v1.2.3': commit, v1: commit });
    },
  );

  it('changes nothing when it is run again', () => {
    release();
    const before = github();
    expect(release().status).toBe(0);
    expect({ ...github(), calls: [] }).toEqual({ ...before, calls: [] });
  });

  it('moves the major tag to a newer release', () => {
    setUp({ tags: { v1: other, 'v1.2.2': other } });
    expect(release().status).toBe(0);
    expect(github().tags).toEqual({ v1: commit, 'v1.2.2': other, 'v1.2.3': commit });
  });

  it('leaves the major tag at a release that is newer', () => {
    setUp({ tags: { v1: other, 'v1.10.0': other } });
    expect(release().stdout).toContain('v1.10.0 is newer: v1 stays');
    expect(github().tags['v1']).toBe(other);
  });

  it('leaves the major tag for a preview', () => {
    writeVersion('1.3.0-rc.1');
    expect(release().status).toBe(0);
    expect(github().tags).toEqual({ 'v1.3.0-rc.1': commit });
  });

  it('refuses a version that is published from another commit', () => {
    setUp({ releases: { 'v1.2.3': { ...published, target: other } }, tags: { 'v1.2.3': other } });
    const { status, stdout } = release();
    expect(status).toBe(1);
    expect(stdout).toMatch(/::error::v1\.2\.3 is published, from another commit than c+\. Next step: raise/);
  });

  it('refuses a version that the changelog calls unreleased, before it calls GitHub', () => {
    writeVersion('1.2.3', 'unreleased');
    expect(release().status).toBe(1);
    expect(github().calls).toEqual([]);
  });
});
