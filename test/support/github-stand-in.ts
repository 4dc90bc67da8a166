import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerGraphql, nodeId } from './github-graphql.ts';
import { answerIssues, type StandInIssue } from './github-issues.ts';
import { merge, openPullRequest, repository, type OpenedPullRequest } from './github-pull-requests.ts';

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

/** A comment as GitHub's REST API gives it. */
export interface IssueComment {
  readonly id: number;
  readonly node_id: string;
  readonly body: string;
  readonly html_url: string;
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' };
}

/** An answer given in place of the real one, to requests that match. */
export interface Fault {
  /** As `POST /repos/o/r/issues/7/comments`. */
  readonly request: RegExp;
  /** @default 1 */
  readonly times?: number;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** @default `{ message }` */
  readonly body?: unknown;
  /** Whether what was asked for is done all the same. */
  readonly done?: boolean;
}

/** The part of GitHub's API that we use, for any repository, with documented pages, statuses and the body limit. */
export interface GitHubStandIn {
  /** What GITHUB_API_URL is set to. */
  readonly url: string;
  /** A job's token: comments as `github-actions[bot]`, and is not allowed to ask who it is. */
  readonly jobToken: string;
  readonly comments: StandInComment[];
  /** Pull requests left out. */
  readonly issues: StandInIssue[];
  /** What happens at the same time as an issue is opened. */
  onIssue: (() => void) | undefined;
  /** Who opens issues. @default whose token it is */
  issueAuthor: string | undefined;
  /** Of the next comment. */
  nextId: number;
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
  /** How commits stand to the branch, in GitHub's words. @default behind: they are the branch's */
  readonly compared: Record<string, string>;
  /** Texts by path and commit. */
  readonly files: Record<string, string>;
  /** Of the branch. */
  head: string;
  readonly faults: Fault[];
  /** `METHOD /path` of every request. */
  readonly requests: string[];
  /** What GraphQL does with questions about comments and their authors: a server may be without it, or hide them. */
  graphql: 'answers' | 'forbidden' | 'missing';
  openPullRequest(title: string): OpenedPullRequest;
  /** Merges it and gives the commit that the merge made. */
  merge(pullRequest: number): string;
  /** Writes a comment, as a person unless another login is given. */
  comment(pullRequest: number, body: string, login?: string): StandInComment;
  commentsOn(pullRequest: number): readonly IssueComment[];
  stop(): Promise<void>;
}

/** What the stand-in answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  /** Method and path below the repository. */
  readonly route: string;
  readonly query: URLSearchParams;
  readonly text: string;
  /** Of the token. */
  readonly login: string;
}

const [jobLogin, personLogin] = ['github-actions[bot]', 'octocat'];

/** Starts a GitHub on a free port of 127.0.0.1. */
export async function startGitHub(): Promise<GitHubStandIn> {
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      github.requests.push(line);
      const fault = takeFault(github.faults, line);
      const real =
        fault === undefined || fault.done === true ? answer(github, askedBy(request, text)) : undefined;
      const { status, headers, body } = fault === undefined ? (real ?? notFound) : answerOf(fault);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(status === 204 ? undefined : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const github: GitHubStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jobToken: 'ghs_job',
    comments: [],
    issues: [],
    onIssue: undefined,
    issueAuthor: undefined,
    nextId: 1000,
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
    graphql: 'answers',
    openPullRequest: (title) => openPullRequest(github, title),
    merge: (number) => merge(github, number),
    comment: (number, body, login = personLogin) => addComment(github, { number, body, login }),
    commentsOn: (number) => commentsOn(github, number).map(asGiven),
    stop: async () => {
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

function takeFault(faults: Fault[], line: string): Fault | undefined {
  const at = faults.findIndex(({ request }) => request.test(line));
  const fault = faults[at];
  if (fault === undefined) return undefined;
  const times = (fault.times ?? 1) - 1;
  faults.splice(at, 1, ...(times > 0 ? [{ ...fault, times }] : []));
  return fault;
}

function answerOf({ status, headers = {}, message = 'fault', body = { message } }: Fault): Answer {
  return { status, headers, body };
}

const notFound: Answer = { status: 404, body: { message: 'Not Found' } };
const ok = (body: unknown): Answer => ({ status: 200, body });

function askedBy({ method = '', url = '/', headers }: IncomingMessage, text: string): Asked {
  const { pathname, searchParams: query } = new URL(url, 'http://127.0.0.1');
  const route = `${method} ${decodeURIComponent(pathname.replace(/^\/repos\/[^/]+\/[^/]+/, ''))}`;
  const login = headers.authorization?.includes('ghs_') === true ? jobLogin : personLogin;
  return { route, query, text, login };
}

function answer(github: GitHubStandIn, asked: Asked): Answer {
  const { route, query, text, login } = asked;
  if (route === 'POST /graphql') return answerGraphql(github, text, login);
  if (route === 'GET /user')
    return login === jobLogin
      ? { status: 403, body: { message: 'Resource not accessible by integration' } }
      : ok({ login });
  if (route === 'GET ') return ok(repository);
  if (route === 'GET /branches/main') return ok({ commit: { sha: github.head }, protected: false });
  const compared = /^GET \/compare\/main\.\.\.(\w+)$/.exec(route)?.[1];
  if (compared !== undefined) return ok({ status: github.compared[compared] ?? 'behind', commits: [] });
  if (route === 'GET /commits') return ok(commits(github, query));
  const file = /^GET \/contents\/(.+)$/.exec(route)?.[1];
  if (file !== undefined) {
    const found = github.files[`${file}@${query.get('ref') ?? ''}`];
    return found === undefined ? notFound : ok({ content: Buffer.from(found).toString('base64') });
  }
  const listed = /^GET \/issues\/(\d+)\/comments$/.exec(route)?.[1];
  if (listed !== undefined) return page(github, Number(listed), query);
  const commit = /^GET \/commits\/(\w+)\/pulls$/.exec(route)?.[1];
  if (commit !== undefined) return ok(github.pullsOfCommit[commit] ?? []);
  const reviewed = /^GET \/pulls\/(\d+)\/reviews$/.exec(route)?.[1];
  if (reviewed !== undefined) return ok(github.reviews[Number(reviewed)] ?? []);
  const pull = github.pulls[Number(/^GET \/pulls\/(\d+)$/.exec(route)?.[1])];
  if (pull !== undefined) return ok(pull);
  return answerIssues(github, asked) ?? labelled(github, route, text) ?? write(github, asked);
}

function commits({ commitsOf }: GitHubStandIn, query: URLSearchParams): object[] {
  const [path, sha] = [query.get('path') ?? '', query.get('sha') ?? ''];
  const found = commitsOf[`${path}@${sha}`] ?? commitsOf[path] ?? [];
  const date = (minute: number) => new Date(minute * 60_000).toISOString();
  return found.map(({ sha: own, minute }) => ({ sha: own, commit: { committer: { date: date(minute) } } }));
}

function commentsOn({ comments }: GitHubStandIn, number: number): StandInComment[] {
  return comments.filter(({ issue = 7 }) => issue === number);
}

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function page(github: GitHubStandIn, issue: number, query: URLSearchParams): Answer {
  const comments = commentsOn(github, issue);
  const size = Number(query.get('per_page') ?? 30);
  const number = Number(query.get('page') ?? 1);
  const shown = comments.slice((number - 1) * size, number * size);
  const path = `/repos/${repository.full_name}/issues/${issue}/comments`;
  const next = `<${github.url}${path}?per_page=${size}&page=${number + 1}>; rel="next"`;
  return { ...ok(shown.map(asGiven)), ...(comments.length > number * size && { headers: { link: next } }) };
}

/** https://docs.github.com/rest/issues/labels */
function labelled({ labels }: GitHubStandIn, route: string, text: string): Answer | undefined {
  const [, method, name = ''] = /^(\w+) \/issues\/7\/labels(?:\/(.+))?$/.exec(route) ?? [];
  if (method === undefined) return undefined;
  const at = labels.indexOf(name);
  if (method === 'DELETE' && at < 0) return { status: 404, body: { message: 'Label does not exist' } };
  if (method === 'DELETE') labels.splice(at, 1);
  if (method === 'POST') labels.push(...(JSON.parse(text) as { labels: string[] }).labels);
  return ok(labels.map((one) => ({ name: one })));
}

const tooLong: Answer = {
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource: 'IssueComment', message: 'Body is too long (maximum is 65536 characters)' }],
  },
};

function write(github: GitHubStandIn, { route, text, login }: Asked): Answer {
  const { comments } = github;
  const { body = '' } = text === '' ? {} : (JSON.parse(text) as { body?: string });
  if (body.length > 65_536) return tooLong;
  const issue = /^POST \/issues\/(\d+)\/comments$/.exec(route)?.[1];
  if (issue !== undefined)
    return { status: 201, body: asGiven(addComment(github, { number: Number(issue), body, login })) };
  const id = Number(/^(?:PATCH|DELETE) \/issues\/comments\/(\d+)$/.exec(route)?.[1]);
  const comment = comments.find((one) => one.id === id);
  if (comment === undefined) return notFound;
  if (route.startsWith('DELETE')) {
    comments.splice(comments.indexOf(comment), 1);
    return { status: 204 };
  }
  comment.body = body;
  return ok(asGiven(comment));
}

interface NewComment {
  readonly number: number;
  readonly body: string;
  readonly login: string;
}

function addComment(github: GitHubStandIn, { number, body, login }: NewComment): StandInComment {
  const comment = { id: github.nextId++, body, user: { login }, issue: number };
  github.comments.push(comment);
  return comment;
}

function asGiven(comment: StandInComment): IssueComment {
  const { id, body, issue = 7 } = comment;
  const { login } = comment.user;
  const html_url = `https://github.com/${repository.full_name}/pull/${issue}#issuecomment-${id}`;
  const type = login.endsWith('[bot]') ? 'Bot' : 'User';
  return { id, node_id: nodeId(comment), body, html_url, user: { login, type } };
}
