import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { repositoryOf } from './repository.ts';

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
