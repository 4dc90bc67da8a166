/**
 * Packs the construct `KolenaS3Access` for other CDKTF apps, once for CDKTF and once for cdktn, whose names alone differ:
 * `build-construct.ts OUT` leaves two archives for `npm install` in OUT.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repository } from './repository.ts';

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const [out = 'release'] = process.argv.slice(2);
const own = manifestOf('.');
/** Below the project, so that the compiler finds its packages. */
const work = 'node_modules/.construct';

const flavours = [
  { cdk: 'cdktf', provider: '@cdktf/provider-aws', versions: own.dependencies },
  { cdk: 'cdktn', provider: '@cdktn/provider-aws', versions: manifestOf('test/support/cdktn').dependencies },
] as const;

mkdirSync(out, { recursive: true });
try {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.construct.json', '--outDir', `${work}/compiled`], {
    stdio: 'inherit',
  });
  for (const flavour of flavours) pack(flavour);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function pack({ cdk, provider, versions }: (typeof flavours)[number]): void {
  const folder = join(work, cdk);
  cpSync(`${work}/compiled`, `${folder}/lib`, { recursive: true });
  const imported = new Set<string>();
  for (const path of readdirSync(`${folder}/lib`, { recursive: true, encoding: 'utf8' })) {
    if (!/\.[jt]s$/.test(path)) continue;
    const file = join(folder, 'lib', path);
    const text = readFileSync(file, 'utf8')
      .replaceAll(/(?<=from ')cdktf(?=')/g, cdk)
      .replaceAll(/(?<=from ')@cdktf\/provider-aws(?=\/)/g, provider)
      // The compiler leaves the sources' own endings in declarations.
      .replaceAll(/(?<=(?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '.js');
    writeFileSync(file, text);
    for (const [, name = ''] of text.matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)/g)) imported.add(name);
  }
  const peers = [cdk, provider, 'constructs'];
  const needed = Object.keys(own.dependencies).filter((name) => imported.has(name) && !peers.includes(name));
  const ranges = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, `^${versions[name] ?? own.dependencies[name] ?? ''}`]));
  const manifest = {
    name: `kolena-s3-access-${cdk}`,
    version: own.version,
    description: 'Kolena’s read access to S3 as a construct for your own app.',
    license: own.license,
    repository: `github:${repository().slug}`,
    type: 'module',
    exports: {
      types: './lib/construct/kolena-s3-access.d.ts',
      default: './lib/construct/kolena-s3-access.js',
    },
    dependencies: ranges(needed),
    peerDependencies: { ...ranges(peers), constructs: '^10.0.0' },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  cpSync('LICENSE', join(folder, 'LICENSE'));
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', resolve(out)], {
    cwd: folder,
  });
}
