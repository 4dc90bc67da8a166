/**
 * Writes package.json's `owner/name` over the former one, in every file of the repository; with `--check` it only tells
 * whether all name the same. The former one is what the issue forms link to.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { repository } from './repository.ts';

const anchor = '.github/ISSUE_TEMPLATE/config.yml';
const team = /@[\w-]+(?=\/maintainers\b)/g;
const escaped = (text: string) => text.replace(/[.]/g, String.raw`\.`);

const now = repository();
const [, former] =
  /https:\/\/github\.com\/([\w-]+\/[\w.-]+)\/security/.exec(readFileSync(anchor, 'utf8')) ?? [];
if (former === undefined) throw new Error(`${anchor} links to no repository's security page`);
const formerSlug = new RegExp(`(?<![\\w.-])${escaped(former)}(?![\\w-])`, 'g');
/** Where somebody else's name before ours would send a user to another repository. */
const address = new RegExp(
  `(?:uses: |github\\.com/|githubusercontent\\.com/|--repo )([\\w-]+)/${escaped(now.name)}(?![\\w-])`,
  'g',
);

const problems: string[] = [];
for (const file of textFiles()) {
  const before = readFileSync(file, 'utf8');
  const renamed = before.replace(formerSlug, now.slug);
  const after = file === '.github/CODEOWNERS' ? renamed.replace(team, `@${now.owner}`) : renamed;
  if (after !== before) problems.push(`${file} does not name ${now.slug}, which package.json does`);
  if (after !== before && !process.argv.includes('--check')) writeFileSync(file, after);
  for (const [, owner = ''] of after.matchAll(address))
    if (owner !== now.owner)
      throw new Error(`${file} names ${owner}/${now.name}, and package.json ${now.slug}`);
}
if (process.argv.includes('--check') && problems.length > 0) {
  console.error(`${problems.join('\n')}\nNext step: npm run docs`);
  process.exitCode = 1;
}

/** Bundle, lock files and the variable itself aside. */
function textFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter(isCopy);
}

function isCopy(path: string): boolean {
  const isText = /(?:\.(?:md|yml|yaml|json|ts|sh)|CODEOWNERS)$/.test(path);
  return isText && !/^dist\/|^package\.json$|package-lock\.json$/.test(path) && existsSync(path);
}
