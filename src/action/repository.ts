import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/** The root of the repository that a file belongs to: where `.git` is. */
export function repositoryOf(path: string): string | undefined {
  for (let root = dirname(path); ; root = dirname(root)) {
    if (existsSync(join(root, '.git'))) return root;
    if (root === dirname(root)) return undefined;
  }
}

/**
 * Why a file is not read, as words after "it" or "which"; undefined for a file that lies in `root` once its links are
 * followed, and for a directory there. What a pull request names, or links to, is not to be any file of the runner. Throws
 * as `fs` does when there is no such file.
 *
 * @param root - a folder; undefined for any place
 */
export function unfitFile(path: string, root: string | undefined): string | undefined {
  const file = realpathSync(path);
  if (root !== undefined && !isWithin(realpathSync(root), file)) return `lies outside of ${root}`;
  const stat = statSync(file);
  return stat.isFile() || stat.isDirectory() ? undefined : 'is a device or a pipe, which may never end';
}

/** What a config may name files in: its repository, or without one its own folder. */
export function rootOf(configPath: string): string {
  return repositoryOf(configPath) ?? dirname(configPath);
}

/** The paths in the repository at `root` by which its history tells of a file: its own, and that which its links lead to. */
export function pathsOf(path: string, root: string): string[] {
  const paths = [relative(root, path), relative(realpathSync(root), realpathSync(path))];
  return [...new Set(paths.map((one) => one.split(sep).join('/')))];
}

function isWithin(root: string, file: string): boolean {
  const path = relative(root, file);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** The commit that is checked out around a file, as far as it can be told without git. https://git-scm.com/docs/gitrepository-layout */
export function checkedOutCommit(path: string): string | undefined {
  const root = repositoryOf(path);
  const head = root === undefined ? undefined : read(join(root, '.git', 'HEAD'));
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head ?? '') ?? [];
  const commit = ref === undefined ? head : commitOf(join(root ?? '', '.git'), ref);
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit ?? '') ? commit : undefined;
}

/** A branch that has no file of its own stands among the packed ones. */
function commitOf(git: string, ref: string): string | undefined {
  const packed = () =>
    read(join(git, 'packed-refs'))
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0];
  return read(join(git, ref)) ?? packed();
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
