import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository } from './cache-folder.ts';

/** All that decides what is in the bundle. */
const ingredients = ['src', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.sh'];

/**
 * Builds the Action from today's sources, apart from dist/, and gives its index.js. Takes half a minute, and nothing while
 * the sources stay as they are. Throws what the compiler says.
 */
export function buildBundle(): string {
  const folder = cacheFolder('bundle');
  const bundle = join(folder, 'dist', 'index.js');
  const builtFrom = join(folder, 'sources.sha256');
  const digest = digestOf(ingredients);
  if (existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === digest) return bundle;
  console.log('  The Action is built from today’s sources.');
  try {
    const build = [join(repository, 'scripts', 'build.sh'), join(folder, 'dist')];
    execFileSync('bash', build, { stdio: 'pipe', encoding: 'utf8' });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`The Action could not be built from today's sources.\n${stdout}${stderr}`, { cause });
  }
  writeFileSync(builtFrom, digest);
  return bundle;
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesIn).sort())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(repository, path)))
      .update('\0');
  return hash.digest('hex');
}

function filesIn(path: string): string[] {
  if (path.includes('.')) return [path];
  const entries = readdirSync(join(repository, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(repository.length));
}
