import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../support/cache-folder.ts';
import { node24 } from '../support/node24.ts';

interface Document {
  readonly resource: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly output: Readonly<Record<string, unknown>>;
}

describe('a CDKTF app that installed the archive of a release', () => {
  let app: string;

  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'cdktf-app-'));
    execFileSync(node24(), ['--no-warnings', 'scripts/build-construct.ts', app], { cwd: repository });
    cpSync(join(repository, 'test/e2e/construct-app/main.ts'), join(app, 'main.ts'));
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
    // As npm lays the packages out; they come from this repository's own, and the construct from its archive.
    const modules = join(app, 'node_modules');
    mkdirSync(modules);
    const [archive = ''] = readdirSync(app).filter((name) => name.startsWith('kolena-s3-access-cdktf-'));
    execFileSync('tar', ['-xzf', join(app, archive), '-C', modules]);
    execFileSync('mv', [join(modules, 'package'), join(modules, 'kolena-s3-access-cdktf')]);
    const packed = join(modules, 'kolena-s3-access-cdktf/package.json');
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(packed, 'utf8')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    mkdirSync(join(modules, '@cdktf'));
    for (const name of Object.keys({ ...dependencies, ...peerDependencies }))
      symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  });

  it('a strict app with the construct passes the type check', () => {
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--exactOptionalPropertyTypes'];
    const target = ['--target', 'es2023', '--module', 'nodenext', '--preserveSymlinks'];
    execFileSync(join(repository, 'node_modules/.bin/tsc'), [...strict, ...target, 'main.ts'], {
      cwd: app,
      stdio: 'inherit',
    });
  });

  it('an app with the construct gets the role, the policy and the rule for its own CORS configuration', () => {
    execFileSync(node24(), ['--no-warnings', '--preserve-symlinks', 'main.ts'], { cwd: app });
    const { resource, output } = JSON.parse(
      readFileSync(join(app, 'cdktf.out/stacks/data/cdk.tf.json'), 'utf8'),
    ) as Document;
    expect(Object.keys(resource['aws_iam_role'] ?? {})).toEqual(['kolena']);
    expect(resource['aws_s3_bucket_cors_configuration']?.['cors']?.['cors_rule']).toMatchObject([
      { allowed_methods: ['PUT'] },
      { id: 'KolenaS3Access', allowed_methods: ['GET'], allowed_origins: ['https://app.kolena.io'] },
    ]);
    expect(output['role-arn']).toEqual({ value: '${aws_iam_role.kolena.arn}' });
  });
});
