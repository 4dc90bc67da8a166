import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a Node 24, which GitHub runs actions on: this process's own, or one that npm installs once, in seconds. */
export function node24(): string {
  if (process.version.startsWith('v24.')) return process.execPath;
  const folder = fileURLToPath(new URL('node24', import.meta.url));
  const binary = `${folder}/node_modules/node/bin/node`;
  if (existsSync(binary)) return binary;
  console.log(`  This is Node ${process.version}: npm fetches a Node 24 for the Action, once.`);
  try {
    execFileSync('npm', ['ci', '--prefix', folder], {
      cwd: folder,
      stdio: 'pipe',
      shell: process.platform === 'win32',
    });
    // npm ends well, too, when it was told to run no install scripts.
    accessSync(binary, constants.X_OK);
  } catch (cause) {
    const message = `The Action runs on Node 24 here, as on GitHub, and this is ${process.version}. Use Node 24, or make this work: npm ci --prefix test/support/node24 --no-ignore-scripts`;
    throw new Error(message, { cause });
  }
  return binary;
}

/** A command that runs TypeScript as it stands, in a fraction of the time that a loader takes: program and first arguments. */
export function typescript(): readonly [string, string] {
  return [node24(), '--no-warnings'];
}
