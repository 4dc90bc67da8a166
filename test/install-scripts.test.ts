import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown;

/** https://docs.npmjs.com/cli/v12/commands/npm-install-scripts */
it.each(['.', 'test/support/node24', 'test/support/cdktf-cli'])(
  '%s says of every install script whether it may run: from version 12 on, npm runs no other',
  (folder) => {
    const { allowScripts } = read(`${folder}/package.json`) as { allowScripts: Record<string, boolean> };
    const { packages } = read(`${folder}/package-lock.json`) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const withScript = Object.keys(packages)
      .filter((path) => packages[path]?.hasInstallScript)
      .map((path) => path.replace(/^.*node_modules\//, ''));
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(withScript)].sort());
  },
);
