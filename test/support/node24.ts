import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a Node 24, which GitHub runs actions on: this process's own, or one that npm installs once, in seconds. */
export function node24(): string {
  if (process.version.startsWith('v24.')) return process.execPath;
  const folder = fileURLToPath(new URL('node24', import.meta.url));
  const binary = `${folder}/node_modules/node/bin/node`;
  if (existsSync(binary)) return binary;
  try {
    execFileSync('npm', ['ci', '--prefix', folder], {
      cwd: folder,
      stdio: 'pipe',
      shell: process.platform === 'win32',
    });
  } catch (cause) {
    const message = `The end-to-end tests run the Action on Node 24, as GitHub does. Use Node 24, or make this work: npm ci --prefix test/support/node24`;
    throw new Error(message, { cause });
  }
  return binary;
}
