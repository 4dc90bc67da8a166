import type { Answer, GitHubStandIn, StandInComment } from './github-stand-in.ts';

interface Query {
  readonly query: string;
  readonly variables?: {
    readonly ids?: readonly string[];
    readonly number?: number;
    readonly subjectId?: string;
  };
}

/** What GitHub's GraphQL tells whoever has this login. */
export function answerGraphql(github: GitHubStandIn, text: string, login: string): Answer {
  const { query, variables: { ids = [], number = 0, subjectId } = {} } = JSON.parse(text) as Query;
  if (query.includes('mergeCommit'))
    return data({ repository: { pullRequest: github.merges[number] ?? null } });
  if (query.includes('unminimizeComment')) {
    for (const comment of github.comments) if (nodeId(comment) === subjectId) comment.isMinimized = false;
    return data({ unminimizeComment: { clientMutationId: null } });
  }
  if (github.graphql === 'missing') return { status: 404, body: { message: 'Not Found' } };
  if (github.graphql === 'forbidden') return failed('FORBIDDEN', 'Resource not accessible by integration');
  if (!query.includes('viewerDidAuthor')) return data({ viewer: { login } });
  return ids.length > 100
    ? failed('ARGUMENT_LIMIT', `You may not provide more than 100 node ids; you provided ${ids.length}.`)
    : data({ nodes: nodes(github.comments, ids, login) });
}

/** GraphQL's name of a comment. */
export function nodeId({ id }: StandInComment): string {
  return `IC_${id}`;
}

/** GraphQL spells the logins of bots without `[bot]`. */
function nodes(comments: readonly StandInComment[], ids: readonly string[], viewer: string): object[] {
  const actor = (login: string) => ({ login: login.replace('[bot]', '') });
  const asked = comments.filter((comment) => ids.includes(nodeId(comment)));
  return asked.map((comment) => ({
    id: nodeId(comment),
    viewerDidAuthor: comment.user.login === viewer,
    isMinimized: comment.isMinimized === true,
    author: actor(comment.user.login),
    editor: comment.editor === undefined ? null : actor(comment.editor),
  }));
}

function data(body: object): Answer {
  return { status: 200, body: { data: body } };
}

function failed(type: string, message: string): Answer {
  return { status: 200, body: { data: null, errors: [{ type, message }] } };
}
