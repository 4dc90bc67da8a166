import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';

/** A comment as GitHub's REST API gives it. */
export interface IssueComment {
  readonly id: number;
  readonly body: string;
  readonly html_url: string;
  readonly user: { readonly login: string; readonly type: string };
}

/** An issue as GitHub's REST API gives it. */
export interface Issue extends Omit<IssueComment, 'id'> {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly pull_request?: object;
}

/** GitHub's REST API on this machine, with one repository, `octo-org/data-access`. */
export interface GitHubStandIn {
  /** What GITHUB_API_URL is set to. */
  readonly url: string;
  /** A job's token: comments as `github-actions[bot]`, and may not ask who it is. */
  readonly jobToken: string;
  /** Opens a pull request and gives its number and the webhook payload of the event `pull_request`. */
  openPullRequest(title: string): Promise<{ readonly number: number; readonly event: object }>;
  /** Merges it and gives the commit that the merge made. */
  merge(pullRequest: number): Promise<string>;
  comments(pullRequest: number): Promise<readonly IssueComment[]>;
  /** Open and closed ones, pull requests left out. */
  issues(): Promise<readonly Issue[]>;
  /** A comment that a person writes. */
  commentAsPerson(pullRequest: number, body: string): Promise<void>;
  /** A comment that a job of any workflow writes, by the identity that the Action has too. */
  commentAsJob(pullRequest: number, body: string): Promise<void>;
  /** The job's next requests to write are answered like this. */
  refuse(refusal: Refusal): void;
  stop(): Promise<void>;
}

/** An answer other than GitHub's own. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly times: number;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** End of the addresses that are refused, as `/issues/7/comments`. @default every address */
  readonly path?: string;
}

const repository = '/repos/octo-org/data-access';
const [jobToken, personToken] = ['ghs_job', 'ghp_person'];

/**
 * Starts `emulate`'s GitHub behind a proxy that adds what it leaves out: bot identity, GraphQL's `viewer`, the pull requests
 * of a commit, and the length limit.
 */
export async function startGitHub(): Promise<GitHubStandIn> {
  let refusals: readonly Refusal[] = [];
  let upstream = '';
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const wrong = brokenRule(request, body);
      if (request.url === '/graphql') {
        void answerGraphql(body.toString(), isJob(request) ? 'github-actions[bot]' : 'octocat').then(
          (data) => {
            json(response, 200, { data });
          },
        );
        return;
      }
      const commit = /\/commits\/([0-9a-f]+)\/pulls(?:\?|$)/.exec(request.url ?? '')?.[1];
      if (commit !== undefined) {
        void pullRequestsOf(commit).then((found) => {
          json(response, 200, found);
        });
        return;
      }
      // Every commit that a test tells of is one of its branch's.
      if (request.url?.includes('/compare/') === true) {
        json(response, 200, { status: 'behind', commits: [] });
        return;
      }
      const refusal = refusals.find((one) => isRefused(request, one));
      if (refusal !== undefined) {
        const { status, message, headers } = refusal;
        refusals = refusals.map((one) => (one === refusal ? { ...one, times: one.times - 1 } : one));
        json(response, status, { message }, headers);
      } else if (wrong !== undefined) json(response, wrong.status, wrong.body);
      else void passOn(upstream, { request, body, response });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const port = await freePort();
  const emulator = await createEmulator({ service: 'github', port, baseUrl: url, seed });
  upstream = `http://127.0.0.1:${port}`;

  const as = async (
    token: string,
    path: string,
    { body, method }: { body?: object; method?: string } = {},
  ) => {
    const response = await fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as unknown;
  };
  const commentsOf = async (number: number) => {
    const all: IssueComment[] = [];
    for (let page = 1; all.length === (page - 1) * 100; page += 1) {
      const path = `${repository}/issues/${number}/comments?per_page=100&page=${page}`;
      all.push(...((await as(personToken, path)) as IssueComment[]));
    }
    return all;
  };
  /** Who wrote comments, and `viewer`; nobody edits any here. */
  const answerGraphql = async (text: string, login: string) => {
    if (!text.includes('viewerDidAuthor')) return { viewer: { login } };
    const { ids } = (JSON.parse(text) as { variables: { ids: string[] } }).variables;
    const pulls = (await as(personToken, `${repository}/pulls?state=all&per_page=100`)) as {
      number: number;
    }[];
    const all = await Promise.all(pulls.map(({ number }) => commentsOf(number)));
    const comments = all.flat() as unknown as { node_id: string; user: { login: string } }[];
    return {
      nodes: comments
        .filter(({ node_id: id }) => ids.includes(id))
        .map(({ node_id: id, user }) => ({
          id,
          viewerDidAuthor: user.login === login,
          isMinimized: false,
          author: user,
          editor: null,
        })),
    };
  };
  const pullRequestsOf = async (commit: string) => {
    const closed = (await as(personToken, `${repository}/pulls?state=closed&per_page=100`)) as {
      merge_commit_sha: string | null;
    }[];
    return closed.filter((pull) => pull.merge_commit_sha === commit);
  };
  return {
    url,
    jobToken,
    async openPullRequest(title) {
      const pull = { title, head: 'kolena-access', base: 'main' };
      const pull_request = (await as(personToken, `${repository}/pulls`, { body: pull })) as {
        number: number;
      };
      const event = {
        action: 'opened',
        number: pull_request.number,
        pull_request,
        repository: repositoryPayload,
      };
      return { number: pull_request.number, event };
    },
    async merge(number) {
      const merged = await as(personToken, `${repository}/pulls/${number}/merge`, {
        body: {},
        method: 'PUT',
      });
      return (merged as { sha: string }).sha;
    },
    comments: commentsOf,
    async issues() {
      const all = (await as(personToken, `${repository}/issues?state=all&per_page=100`)) as Issue[];
      return all.filter((issue) => issue.pull_request === undefined);
    },
    async commentAsPerson(number, body) {
      await as(personToken, `${repository}/issues/${number}/comments`, { body: { body } });
    },
    async commentAsJob(number, body) {
      await as(jobToken, `${repository}/issues/${number}/comments`, { body: { body } });
    },
    refuse(next) {
      refusals = [...refusals, next];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulator.close();
    },
  };
}

const repositoryPayload = {
  id: 1,
  name: 'data-access',
  full_name: 'octo-org/data-access',
  owner: { login: 'octo-org' },
};

const seed = {
  tokens: {
    [jobToken]: { login: 'github-actions[bot]', scopes: ['repo'] },
    [personToken]: { login: 'octocat', scopes: ['repo'] },
  },
  github: {
    users: [{ login: 'octocat' }, { login: 'github-actions[bot]' }],
    orgs: [{ login: 'octo-org' }],
    repos: [{ owner: 'octo-org', name: 'data-access', auto_init: true }],
  },
};

function isJob({ headers }: IncomingMessage): boolean {
  return headers.authorization?.includes(jobToken) === true;
}

function isRefused(request: IncomingMessage, { times, path = '' }: Refusal): boolean {
  return times > 0 && request.method !== 'GET' && isJob(request) && request.url?.endsWith(path) === true;
}

/** What GitHub refuses and `emulate` lets pass. */
function brokenRule(request: IncomingMessage, body: Buffer): { status: number; body: object } | undefined {
  const path = request.url?.split('?')[0] ?? '';
  if (path === '/user' && isJob(request)) {
    return { status: 403, body: { message: 'Resource not accessible by integration' } };
  }
  if (!/\/comments(\/\d+)?$/.test(path) || body.length === 0) return undefined;
  const { body: text = '' } = JSON.parse(body.toString()) as { body?: string };
  if (text.length <= 65_536) return undefined;
  const message = 'Body is too long (maximum is 65536 characters)';
  const errors = [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }];
  return { status: 422, body: { message: 'Validation Failed', errors } };
}

async function passOn(
  upstream: string,
  { request, body, response }: { request: IncomingMessage; body: Buffer; response: ServerResponse },
): Promise<void> {
  const answer = await fetch(`${upstream}${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers: {
      authorization: request.headers.authorization ?? '',
      'content-type': request.headers['content-type'] ?? 'application/json',
    },
    ...(body.length > 0 && { body: body.toString() }),
  });
  const text = await answer.text();
  const asBot = text.replace(/("login":"github-actions\[bot\]".*?"type":)"User"/gs, '$1"Bot"');
  const link = answer.headers.get('link');
  response.writeHead(answer.status, {
    'content-type': answer.headers.get('content-type') ?? 'application/json',
    ...(link !== null && { link }),
  });
  response.end(asBot);
}

function json(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Refusal['headers'] = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** `emulate` takes no port 0. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
