import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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
let file: string;

const github = () => JSON.parse(readFileSync(file, 'utf8')) as GitHub;
const setUp = (state: Partial<GitHub>) => {
  writeFileSync(file, JSON.stringify({ releases: {}, tags: {}, calls: [], ...state }));
};
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
      FAKE_GH: file,
      GITHUB_REPOSITORY: 'acme/access',
      GITHUB_SHA: commit,
      ...env,
    },
  });

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'release-'));
  file = join(project, 'github.json');
  for (const folder of ['bin', 'release']) mkdirSync(join(project, folder));
  copyFileSync(join(import.meta.dirname, 'support/fake-gh.mjs'), join(project, 'bin/gh'));
  for (const name of ['SHA256SUMS', 'notes.md', 'kolena-s3-access-cdktf-1.2.3.tgz'])
    writeFileSync(join(project, 'release', name), '');
  writeVersion('1.2.3');
  setUp({});
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
