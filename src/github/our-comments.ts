import { readMarker, type CommentMarker } from '../report/marker.ts';
import type { GitHub } from './client.ts';
import { isHidden } from '../problem/github-error.ts';

/** A comment of our own on a pull request. */
export interface OurComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
  readonly marker: CommentMarker;
}

/**
 * Our comments with this key, oldest first, from all pages. Anybody can copy a marker into a comment, so only those
 * that this run's token wrote count.
 */
export async function findOurComments(
  github: GitHub,
  { number, key }: { readonly number: number; readonly key: string },
): Promise<OurComment[]> {
  const { octokit, owner, repo } = github;
  const all = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  const marked: (OurComment & { login: string | undefined })[] = [];
  for await (const { data } of all)
    for (const { id, html_url: url, body = '', user } of data) {
      const marker = readMarker(body, key);
      if (marker !== undefined) marked.push({ id, url, body, marker, login: user?.login });
    }
  if (marked.length === 0) return [];
  const login = await ownLogin(github);
  return marked.filter((comment) => comment.login === login).sort((a, b) => a.id - b.id);
}

/**
 * The login that comments of this token carry. A job's token is an installation's: `GET /user` refuses it with 403
 * ("Resource not accessible by integration"), and GraphQL's `viewer` names `github-actions[bot]`. A server without
 * GraphQL, or one that hides `viewer`, is asked by `GET /user`, which knows the tokens of persons.
 */
async function ownLogin({ octokit }: GitHub): Promise<string> {
  try {
    const { viewer } = await octokit.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
    return viewer.login;
  } catch (error) {
    if (!isHidden(error)) throw error;
    const { data } = await octokit.rest.users.getAuthenticated();
    return data.login;
  }
}
