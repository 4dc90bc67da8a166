/**
 * Writes the licenses of all packages in a bundle, read off the bundler's own list of modules: `write-licenses.ts STATS OUT`.
 * Refuses a package whose license a bundle of permissive code cannot hold, and one whose license's text is nowhere to be found.
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

const permissive = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Python-2.0'],
  ...['MPL-2.0', 'Public Domain', 'Unlicense'],
]);
/** Licenses whose text is the same for every package: it names nobody. */
const common = new Set(['Apache-2.0', 'MPL-2.0']);
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
  if (!isPermissive(license) && apart[name] !== license)
    throw new Error(`${name} is under ${license}: the bundle cannot hold it. Next step: drop the dependency`);

writeFileSync(
  out,
  packages
    // Where the source is to be had: some licenses want it said.
    .map(
      (each) => `${each.name} ${each.version}\n${each.license ?? ''}\n${sourceOf(each)}\n\n${textFor(each)}`,
    )
    .join(`\n${'-'.repeat(80)}\n\n`),
);

function packagesOf({ nameForCondition, modules: inner = [] }: Module): string[] {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/.][^/]*/.exec(nameForCondition ?? '') ?? [];
  // A folder of a package may hold a package.json of its own, without a name; the package's root is meant.
  const own = folder !== undefined && existsSync(join(folder, 'package.json')) ? [folder] : [];
  return [...own, ...inner.flatMap(packagesOf)];
}

function sourceOf({ repository = '' }: Package): string {
  return typeof repository === 'string' ? repository : repository.url;
}

/** An SPDX expression of which no part needs more than a notice. */
function isPermissive(license: string): boolean {
  const alternatives = license.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return alternatives.some((each) => each.split(' AND ').every((part) => permissive.has(part)));
}

/** The package's own text; else that of a package from the same repository; else what its README says; else the common one. */
function textFor(one: (typeof packages)[number]): string {
  const alike = packages.filter(({ license }) => license === one.license);
  const siblings = alike.filter((each) => sourceOf(each) !== '' && sourceOf(each) === sourceOf(one));
  const same = common.has(one.license ?? '') ? alike : [];
  const found = fileText(one.folder) ?? firstText(siblings) ?? readmeText(one.folder) ?? firstText(same);
  if (found !== undefined) return found;
  throw new Error(
    `${one.name} brings no text of its license, ${one.license ?? 'none'}. Next step: drop the dependency, or ask its authors for the text`,
  );
}

function firstText(from: readonly { readonly folder: string }[]): string | undefined {
  return from.map(({ folder }) => fileText(folder)).find((text) => text !== undefined);
}

function fileText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(name));
  return file && readFileSync(join(folder, file), 'utf8');
}

function readmeText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^readme/i.test(name));
  const readme = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  return /^#+ licen[cs]e\s*\n+([^#]+)/im.exec(readme)?.[1] ?? /^licen[cs]e\n-+\n+([^#]+)/im.exec(readme)?.[1];
}
