import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { typescript } from './support/node24.ts';
import { repository, repositoryOf } from '../scripts/repository.ts';

describe('the repository that package.json names', () => {
  it('is its owner and its name', () => {
    expect(repositoryOf('{"repository":"github:acme/s3.access"}')).toEqual({
      owner: 'acme',
      name: 's3.access',
      slug: 'acme/s3.access',
    });
  });

  it.each(['{}', '{"repository":"https://github.com/acme/access"}', '{"repository":"github:acme"}'])(
    'is refused as %s, with the form that is needed',
    (manifest) => {
      expect(() => repositoryOf(manifest)).toThrow('Next step: write it as "github:owner/name"');
    },
  );
});

describe('scripts/write-repository.ts', () => {
  const { slug } = repository();
  let copy: string;
  const script = join(import.meta.dirname, '../scripts/write-repository.ts');
  const [program, flag] = typescript();
  const write = (...args: readonly string[]) =>
    spawnSync(program, [flag, script, ...args], { cwd: copy, encoding: 'utf8' });
  const listed = (directory: string) =>
    execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: directory,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((path) => /^(?!dist\/).*\.(?:md|yml|json|ts|sh)$|CODEOWNERS$/.test(path));
  const naming = (name: string) =>
    listed(copy).filter((path) => readFileSync(join(copy, path), 'utf8').includes(name));
  const rename = (name: string) => {
    const manifest = join(copy, 'package.json');
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, before.replace(/"github:[^"]+"/, `"github:${name}"`));
  };

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'renamed-'));
    for (const path of listed('.').filter((file) => file !== 'test/repository.test.ts')) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      copyFileSync(path, join(copy, path));
    }
    execFileSync('git', ['init', '--quiet'], { cwd: copy });
  }, 60_000);

  it('finds nothing to do here', () => {
    expect(write('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  it('tells which files name another repository, and changes none', () => {
    rename('acme/kolena-access');
    const { status, stderr } = write('--check');
    expect(status).toBe(1);
    for (const file of [
      'README.md',
      'kolena-s3.schema.json',
      'examples/drift/workflow.yml',
      '.github/CODEOWNERS',
    ])
      expect(stderr).toContain(`${file} does not name acme/kolena-access`);
    expect(stderr).toContain('Next step: npm run docs');
    expect(naming(slug).length).toBeGreaterThan(10);
  });

  it('writes the new name over the former one everywhere, and back', () => {
    const places = naming(slug).length;
    expect(write().status).toBe(0);
    expect(naming(slug)).toEqual([]);
    expect(naming('acme/kolena-access')).toHaveLength(places + 1); // package.json too
    expect(readFileSync(join(copy, '.github/CODEOWNERS'), 'utf8')).toContain('\n* @acme/maintainers\n');
    expect(write('--check').status).toBe(0);
    rename(slug);
    write();
    const changed = listed(copy).filter((path) => !readFileSync(join(copy, path)).equals(readFileSync(path)));
    expect(changed).toEqual([]);
  });

  it('refuses an address that leads to somebody else', () => {
    writeFileSync(join(copy, 'docs/other.md'), `uses: someone/${repository().name}@v1\n`);
    expect(write('--check').stderr).toContain(`docs/other.md names someone/${repository().name}`);
  });
});
