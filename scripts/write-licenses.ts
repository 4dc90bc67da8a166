/**
 * Writes the licenses of all packages in a bundle, read off the bundler's own list of modules: `write-licenses.ts STATS OUT`.
 * Refuses a package whose license a bundle of permissive code may not hold.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: string | { readonly url: string };
}

const permissive =
  /^\(?(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|Python-2\.0|MPL-2\.0|Public Domain|Unlicense)\b/;
/** In a file of its own, which is loaded only to verify a download. */
const apart: Readonly<Record<string, string>> = { openpgp: 'LGPL-3.0+' };

const [stats = '', out = ''] = process.argv.slice(2);
const { modules } = JSON.parse(readFileSync(stats, 'utf8')) as { readonly modules: readonly Module[] };
const folders = new Set(modules.flatMap(packagesOf));
const packages = [...folders]
  .map((folder) => ({
    folder,
    ...(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package),
  }))
  .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));

for (const { name, license = 'no license' } of packages)
  if (!permissive.test(license) && apart[name] !== license)
    throw new Error(
      `${name} is under ${license}: the bundle may not hold it. Next step: drop the dependency`,
    );

writeFileSync(
  out,
  packages
    .map(({ folder, name, version, license = '', repository = '' }) => {
      // Where the source is to be had: some licenses want it said.
      const source = typeof repository === 'string' ? repository : repository.url;
      return `${name} ${version}\n${license}\n${source}\n\n${licenseText(folder)}`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`),
);

function packagesOf({ nameForCondition, modules: inner = [] }: Module): string[] {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/.][^/]*/.exec(nameForCondition ?? '') ?? [];
  // A folder of a package may hold a package.json of its own, without a name; the package's root is meant.
  const own = folder !== undefined && existsSync(join(folder, 'package.json')) ? [folder] : [];
  return [...own, ...inner.flatMap(packagesOf)];
}

function licenseText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(name));
  return file === undefined
    ? '(The package brings no license text.)\n'
    : readFileSync(join(folder, file), 'utf8');
}
