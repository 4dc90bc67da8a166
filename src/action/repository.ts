import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the repository that a file belongs to: where `.git` is. */
export function repositoryOf(path: string): string | undefined {
  for (let root = dirname(path); ; root = dirname(root)) {
    if (existsSync(join(root, '.git'))) return root;
    if (root === dirname(root)) return undefined;
  }
}

/**
 * The commit that is checked out around a file, read without git, which a container might not have; undefined where that
 * cannot be told. https://git-scm.com/docs/gitrepository-layout
 */
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
