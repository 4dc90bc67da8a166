import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository } from './cache-folder.ts';

/** A folder whose `node_modules` hold cdktn, its AWS bindings and its CLI: installed once, in half a minute. */
export function cdktnFolder(): string {
  const folder = cacheFolder('cdktn');
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return folder;
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(repository, 'test/support/cdktn', name), join(folder, name));
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: folder, stdio: 'pipe' });
  } catch (cause) {
    throw new Error('The tests on cdktn need its packages from npm, and npm ci failed.', { cause });
  }
  return folder;
}
