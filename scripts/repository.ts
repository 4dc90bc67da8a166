import { readFileSync } from 'node:fs';

/** A repository on GitHub. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
  /** As `owner/name`. */
  readonly slug: string;
}

/**
 * The repository that `package.json` names, of which every `owner/name` in docs, examples and workflows is a copy.
 *
 * @throws Error when `repository` is not written as `github:owner/name`
 */
export function repositoryOf(manifest: string): Repository {
  const { repository } = JSON.parse(manifest) as { readonly repository?: unknown };
  const [, owner, name] = /^github:([\w-]+)\/([\w.-]+)$/.exec(String(repository)) ?? [];
  if (owner === undefined || name === undefined)
    throw new Error(
      `package.json: repository is ${JSON.stringify(repository)}. Next step: write it as "github:owner/name"`,
    );
  return { owner, name, slug: `${owner}/${name}` };
}

/** The repository of the `package.json` in the working directory. */
export const repository = (): Repository => repositoryOf(readFileSync('package.json', 'utf8'));
