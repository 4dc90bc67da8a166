import { emptyMarker, isMarkerDestroyed, readMarker, type CommentMarker } from '../report/marker.ts';
import { defined } from '../base/defined.ts';
import type { GitHub } from './client.ts';
import { isHidden } from '../problem/github-error.ts';

/** A comment of our own on a pull request; GraphQL knows it by `nodeId`. */
export interface OurComment {
  readonly id: number;
  readonly nodeId: string;
  readonly url: string;
  readonly body: string;
  /** Empty when somebody destroyed it. */
  readonly marker: CommentMarker;
  /** Who else edited it last: then nothing in it can be relied on. Absent where the server does not tell. */
  readonly editedBy?: string;
  /** Whether somebody hid it; an update leaves it hidden. */
  readonly isMinimized: boolean;
}

/** Our comments with this key, oldest first. Anybody can copy a marker, so only those that this run's token wrote count. */
export async function findOurComments(
  github: GitHub,
  { number, key }: { readonly number: number; readonly key: string },
): Promise<OurComment[]> {
  const { octokit, owner, repo } = github;
  const request = { owner, repo, issue_number: number, per_page: 100 };
  const all = octokit.paginate.iterator(octokit.rest.issues.listComments, request);
  const marked: { comment: Omit<OurComment, 'isMinimized'>; login: string | undefined }[] = [];
  for await (const { data } of all)
    for (const { id, node_id: nodeId, html_url: url, body = '', user } of data) {
      const marker = readMarker(body, key) ?? (isMarkerDestroyed(body, key) ? emptyMarker(key) : undefined);
      if (marker !== undefined)
        marked.push({ comment: { id, nodeId, url, body, marker }, login: user?.login });
    }
  if (marked.length === 0) return [];
  const ids = marked.map(({ comment }) => comment.nodeId);
  const told = await authorship(github, ids);
  const own = told === undefined ? await ownLogin(github) : undefined;
  return marked
    .filter(({ comment, login }) => told?.get(comment.nodeId)?.viewerDidAuthor ?? login === own)
    .map(({ comment }) => {
      const { isMinimized = false, author, editor } = told?.get(comment.nodeId) ?? {};
      const byOther = editor?.login !== undefined && editor.login !== author?.login;
      // A server that does not tell the editor leaves the trace of one.
      const trace = isMarkerDestroyed(comment.body, key) ? 'somebody' : undefined;
      return { ...comment, isMinimized, ...defined({ editedBy: byOther ? editor.login : trace }) };
    })
    .sort((a, b) => a.id - b.id);
}

interface Authorship {
  readonly id: string;
  /** Decided by the server, for the tokens of jobs too. */
  readonly viewerDidAuthor: boolean;
  readonly isMinimized: boolean;
  readonly author: { readonly login: string } | null;
  /** Whoever edited it last; REST does not tell. */
  readonly editor: { readonly login: string } | null;
}

/** Of one query. https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
const MOST_IDS = 100;

/** Who wrote and edited comments; undefined on a server without GraphQL, or one that hides it from this token. */
async function authorship({ octokit, log }: GitHub, ids: readonly string[]) {
  try {
    const told: [string, Authorship][] = [];
    // Anybody can copy our marker into more comments than one query tells of.
    for (let from = 0; from < ids.length; from += MOST_IDS) {
      const { nodes } = await octokit.graphql<{ nodes: readonly (Authorship | null)[] }>(
        `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment {
          id viewerDidAuthor isMinimized author { login } editor { login } } } }`,
        { ids: ids.slice(from, from + MOST_IDS) },
      );
      told.push(...nodes.flatMap((node): [string, Authorship][] => (node === null ? [] : [[node.id, node]])));
    }
    return new Map(told);
  } catch (error) {
    if (!isHidden(error)) throw error;
    log.info('This server does not tell by GraphQL who edited a comment: only its author is compared.');
    return undefined;
  }
}

/** The login of this token's comments: `GET /user` knows the tokens of persons, GraphQL's `viewer` those of jobs. */
export async function ownLogin({ octokit }: GitHub): Promise<string> {
  try {
    const { viewer } = await octokit.graphql<{ viewer: { login: string } }>('query { viewer { login } }');
    return viewer.login;
  } catch (error) {
    if (!isHidden(error)) throw error;
    const { data } = await octokit.rest.users.getAuthenticated();
    return data.login;
  }
}
