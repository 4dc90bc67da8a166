/** Prints a version's section of CHANGELOG.md: `release-notes.ts 1.2.3`. A version without a dated section is not ready. */
import { readFileSync } from 'node:fs';

const [version = ''] = process.argv.slice(2);
const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m).slice(1);
const section = sections.find((text) => text.startsWith(`[${version}] - `));
if (section === undefined || !/^\[.+\] - (?:\d{4}-\d{2}-\d{2}|unreleased)\n/.test(section)) {
  console.error(
    `CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD". Next step: head "Unreleased" with it, or set the version in package.json`,
  );
  process.exitCode = 1;
} else console.log(section.slice(section.indexOf('\n')).trim());
