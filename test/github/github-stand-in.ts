import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** One comment of the stand-in. */
export interface StandInComment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
  /** @default 7 */
  readonly issue?: number;
  /** Login of whoever edited it last. @default nobody */
  readonly editor?: string;
  isMinimized?: boolean;
}

/** One issue of the stand-in. */
export interface StandInIssue {
  readonly number: number;
  title: string;
  body: string;
  state: string;
  readonly user: { readonly login: string };
  readonly pull_request?: object;
}

/** An answer given in place of the real one, to requests that match, once each. */
export interface Fault {
  /** As `POST /repos/o/r/issues/7/comments`. */
  readonly request: RegExp;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** @default `{ message }` */
  readonly body?: unknown;
  /** Whether what was asked for is done all the same. */
  readonly done?: boolean;
}

/** The part of GitHub's API that we use, with documented pages, statuses and the body limit. */
export interface GitHubStandIn {
  readonly url: string;
  readonly comments: StandInComment[];
  readonly issues: StandInIssue[];
  /** What happens at the same time as an issue is opened. */
  onIssue: (() => void) | undefined;
  /** Who opens issues. @default as `viewer` */
  issueAuthor: string | undefined;
  /** Of pull request 7. */
  readonly labels: string[];
  /** By commit. */
  readonly pullsOfCommit: Record<string, unknown[]>;
  readonly pulls: Record<number, unknown>;
  /** Of each pull request, oldest first. */
  readonly reviews: Record<number, unknown[]>;
  /** What GraphQL tells of a pull request's merge. */
  readonly merges: Record<number, object>;
  /** By path, or by path and the commit that is asked for: the newest first. */
  readonly commitsOf: Record<string, readonly { readonly sha: string; readonly minute: number }[]>;
  /** How commits stand to the branch, in GitHub's words. */
  readonly compared: Record<string, string>;
  /** Texts by path and commit. */
  readonly files: Record<string, string>;
  /** Of the branch. */
  head: string;
  readonly faults: Fault[];
  /** `METHOD /path` of every request. */
  readonly requests: string[];
  /** What `viewer` and new comments say; GraphQL answers 404 when undefined, as on a server without it, and refuses `forbidden`. */
  viewer: string | undefined;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startGitHub(): Promise<GitHubStandIn> {
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const path = `${request.method ?? ''} ${request.url ?? ''}`;
      github.requests.push(path);
      const at = github.faults.findIndex((fault) => fault.request.test(path));
      const [fault] = at < 0 ? [] : github.faults.splice(at, 1);
      const real = fault === undefined || fault.done === true ? answer(github, path, text) : undefined;
      const given: Answer =
        fault === undefined && real !== undefined
          ? real
          : {
              status: fault?.status ?? 500,
              body: fault?.body ?? { message: fault?.message ?? 'fault' },
              ...(fault?.headers && { headers: fault.headers }),
            };
      response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
      response.end(given.status === 204 ? undefined : JSON.stringify(given.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const github: GitHubStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    issues: [],
    onIssue: undefined,
    issueAuthor: undefined,
    labels: [],
    pullsOfCommit: {},
    pulls: {},
    reviews: {},
    merges: {},
    commitsOf: {},
    compared: {},
    files: {},
    head: 'abc',
    faults: [],
    requests: [],
    viewer: 'github-actions[bot]',
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return github;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

const forbidden = {
  data: null,
  errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
};
const tooManyIds = (number: number) => ({
  data: null,
  errors: [
    {
      type: 'ARGUMENT_LIMIT',
      message: `You may not provide more than 100 node ids; you provided ${number}.`,
    },
  ],
});
const viewerOf = (login: string) => ({ data: { viewer: { login } } });

function answer(github: GitHubStandIn, path: string, text: string): Answer {
  const { pathname, searchParams } = new URL(path.replace(/^\w+ /, ''), github.url);
  const route = `${path.split(' ')[0] ?? ''} ${pathname}`;
  if (route === 'POST /graphql' && text.includes('mergeCommit')) {
    const { number } = (JSON.parse(text) as { variables: { number: number } }).variables;
    return { status: 200, body: { data: { repository: { pullRequest: github.merges[number] ?? null } } } };
  }
  if (route === 'POST /graphql' && text.includes('unminimizeComment')) {
    const { subjectId } = (JSON.parse(text) as { variables: { subjectId: string } }).variables;
    for (const comment of github.comments) if (nodeId(comment) === subjectId) comment.isMinimized = false;
    return { status: 200, body: { data: { unminimizeComment: { clientMutationId: null } } } };
  }
  if (route === 'POST /graphql' && text.includes('viewerDidAuthor') && github.viewer !== undefined) {
    const { ids } = (JSON.parse(text) as { variables: { ids: readonly string[] } }).variables;
    const told = ids.length > 100 ? tooManyIds(ids.length) : { data: { nodes: nodes(github, ids) } };
    return { status: 200, body: github.viewer === 'forbidden' ? forbidden : told };
  }
  if (route === 'GET /repos/o/r/branches/main')
    return { status: 200, body: { commit: { sha: github.head }, protected: false } };
  const compared = /^GET \/repos\/o\/r\/compare\/main\.\.\.(\w+)$/.exec(decodeURIComponent(route))?.[1];
  if (compared !== undefined) {
    const status = github.compared[compared];
    return status === undefined
      ? { status: 404, body: { message: 'Not Found' } }
      : { status: 200, body: { status, commits: [] } };
  }
  if (route === 'GET /repos/o/r/commits') {
    const [path, sha] = [searchParams.get('path') ?? '', searchParams.get('sha') ?? ''];
    const commits = github.commitsOf[`${path}@${sha}`] ?? github.commitsOf[path] ?? [];
    const date = (minute: number) => new Date(minute * 60_000).toISOString();
    return {
      status: 200,
      body: commits.map(({ sha: own, minute }) => ({
        sha: own,
        commit: { committer: { date: date(minute) } },
      })),
    };
  }
  const file = /^GET \/repos\/o\/r\/contents\/(.+)$/.exec(route)?.[1];
  if (file !== undefined) {
    const found = github.files[`${decodeURIComponent(file)}@${searchParams.get('ref') ?? ''}`];
    return found === undefined
      ? { status: 404, body: { message: 'Not Found' } }
      : { status: 200, body: { content: Buffer.from(found).toString('base64') } };
  }
  if (route === 'POST /graphql')
    return github.viewer === undefined
      ? { status: 404, body: { message: 'Not Found' } }
      : { status: 200, body: github.viewer === 'forbidden' ? forbidden : viewerOf(github.viewer) };
  if (route === 'GET /user') return { status: 200, body: { login: 'octocat' } };
  const issue = /^GET \/repos\/o\/r\/issues\/(\d+)\/comments$/.exec(route)?.[1];
  if (issue !== undefined)
    return page(
      { ...github, comments: github.comments.filter((one) => (one.issue ?? 7) === Number(issue)) },
      searchParams,
    );
  const commit = /^GET \/repos\/o\/r\/commits\/(\w+)\/pulls$/.exec(route)?.[1];
  if (commit !== undefined) return { status: 200, body: github.pullsOfCommit[commit] ?? [] };
  const reviewed = /^GET \/repos\/o\/r\/pulls\/(\d+)\/reviews$/.exec(route)?.[1];
  if (reviewed !== undefined) return { status: 200, body: github.reviews[Number(reviewed)] ?? [] };
  const pull = github.pulls[Number(/^GET \/repos\/o\/r\/pulls\/(\d+)$/.exec(route)?.[1])];
  if (pull !== undefined) return { status: 200, body: pull };
  return (
    issued(github, { route, searchParams, text }) ??
    labelled(github, route, text) ??
    write(github, route, text)
  );
}

function nodeId({ id }: StandInComment): string {
  return `IC_${id}`;
}

/** GraphQL spells the logins of bots without `[bot]`. */
function nodes({ comments, viewer }: GitHubStandIn, ids: readonly string[]): object[] {
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

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function page({ comments, url }: GitHubStandIn, query: URLSearchParams): Answer {
  const size = Number(query.get('per_page') ?? 30);
  const number = Number(query.get('page') ?? 1);
  const shown = comments.slice((number - 1) * size, number * size);
  const next = `<${url}/repos/o/r/issues/7/comments?per_page=${size}&page=${number + 1}>; rel="next"`;
  const body = shown.map((comment) => ({
    ...comment,
    node_id: nodeId(comment),
    html_url: htmlUrl(comment.id),
  }));
  return { status: 200, body, ...(comments.length > number * size && { headers: { link: next } }) };
}

/** https://docs.github.com/rest/issues/issues */
function issued(
  github: GitHubStandIn,
  { route, searchParams, text }: { route: string; searchParams: URLSearchParams; text: string },
): Answer | undefined {
  const [, method, number, comments] =
    /^(\w+) \/repos\/o\/r\/issues(?:\/(\d+)(\/comments)?)?$/.exec(route) ?? [];
  const { issues, viewer } = github;
  const shown = (one: StandInIssue) => ({ ...one, html_url: `https://github.com/o/r/issues/${one.number}` });
  const sent = text === '' ? {} : (JSON.parse(text) as Partial<StandInIssue>);
  if (method === 'GET' && number === undefined) {
    const own = issues.filter(({ user }) => user.login === searchParams.get('creator'));
    return { status: 200, body: own.map(shown) };
  }
  if (method === 'POST' && number === undefined) {
    const { title = '', body = '' } = sent;
    github.onIssue?.();
    const user = { login: github.issueAuthor ?? viewer ?? 'octocat' };
    const opened = { number: issues.length + 1, title, body, state: 'open', user };
    issues.push(opened);
    return { status: 201, body: shown(opened) };
  }
  const issue = issues.find((one) => one.number === Number(number));
  if (issue === undefined) return undefined;
  if (method === 'PATCH') return { status: 200, body: shown(Object.assign(issue, sent)) };
  if (method !== 'POST' || comments === undefined) return undefined;
  const said = { id: 1000 + github.comments.length, body: sent.body ?? '', user: issue.user };
  github.comments.push({ ...said, issue: issue.number });
  return { status: 201, body: said };
}

/** https://docs.github.com/rest/issues/labels */
function labelled({ labels }: GitHubStandIn, route: string, text: string): Answer | undefined {
  const [, method, name] = /^(\w+) \/repos\/o\/r\/issues\/7\/labels(?:\/(.+))?$/.exec(route) ?? [];
  if (method === undefined) return undefined;
  const at = labels.indexOf(decodeURIComponent(name ?? ''));
  if (method === 'DELETE' && at < 0) return { status: 404, body: { message: 'Label does not exist' } };
  if (method === 'DELETE') labels.splice(at, 1);
  if (method === 'POST') labels.push(...(JSON.parse(text) as { labels: string[] }).labels);
  return { status: 200, body: labels.map((one) => ({ name: one })) };
}

function write({ comments, viewer }: GitHubStandIn, route: string, text: string): Answer {
  const { body = '' } = text === '' ? {} : (JSON.parse(text) as { body?: string });
  const id = Number(/^(?:PATCH|DELETE) \/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(route)?.[1]);
  const comment = comments.find((one) => one.id === id);
  if (body.length > 65_536) return { status: 422, body: { message: 'Validation Failed: body is too long' } };
  if (route === 'POST /repos/o/r/issues/7/comments') {
    const created = { id: 1000 + comments.length, body, user: { login: viewer ?? 'octocat' } };
    comments.push(created);
    return { status: 201, body: { ...created, html_url: htmlUrl(created.id) } };
  }
  if (comment === undefined) return { status: 404, body: { message: 'Not Found' } };
  if (route.startsWith('DELETE')) {
    comments.splice(comments.indexOf(comment), 1);
    return { status: 204, body: undefined };
  }
  comment.body = body;
  return { status: 200, body: { ...comment, html_url: htmlUrl(id) } };
}

function htmlUrl(id: number): string {
  return `https://github.com/o/r/pull/7#issuecomment-${id}`;
}
