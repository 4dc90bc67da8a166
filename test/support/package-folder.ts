import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository } from './cache-folder.ts';

/**
 * A folder whose `node_modules` hold the packages of `test/support/<name>`: installed once, in half a minute. They stay
 * out of the project's own, which everybody who clones it installs.
 */
export function packageFolder(name: 'cdktf-cli' | 'cdktn' | 'stryker'): string {
  const folder = cacheFolder(name);
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return folder;
  const from = join(repository, 'test/support', name);
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(folder, file));
  try {
    execFileSync('npm', ['ci', '--silent'], { cwd: folder, stdio: 'pipe' });
  } catch (cause) {
    throw new Error(`The tests need the packages of test/support/${name}, and npm ci failed.`, { cause });
  }
  return folder;
}
