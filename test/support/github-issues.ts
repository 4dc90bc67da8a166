import type { Answer, GitHubStandIn } from './github-stand-in.ts';

/** One issue of the stand-in. */
export interface StandInIssue {
  readonly number: number;
  title: string;
  body: string;
  state: string;
  readonly user: { readonly login: string };
  readonly pull_request?: object;
}

interface Asked {
  readonly route: string;
  readonly query: URLSearchParams;
  readonly text: string;
  readonly login: string;
}

/** Lists, opens, changes and comments issues: https://docs.github.com/rest/issues/issues */
export function answerIssues(github: GitHubStandIn, asked: Asked): Answer | undefined {
  const { route, query, text, login } = asked;
  const [, method, number, comments] = /^(\w+) \/issues(?:\/(\d+)(\/comments)?)?$/.exec(route) ?? [];
  const { issues } = github;
  const shown = (one: StandInIssue) => ({ ...one, html_url: `https://github.com/o/r/issues/${one.number}` });
  const sent = text === '' ? {} : (JSON.parse(text) as Partial<StandInIssue>);
  if (method === 'GET' && number === undefined) {
    const own = issues.filter(({ user }) => user.login === query.get('creator'));
    return { status: 200, body: own.map(shown) };
  }
  if (method === 'POST' && number === undefined) {
    const { title = '', body = '' } = sent;
    github.onIssue?.();
    const user = { login: github.issueAuthor ?? login };
    const opened = { number: issues.length + 1, title, body, state: 'open', user };
    issues.push(opened);
    return { status: 201, body: shown(opened) };
  }
  const issue = issues.find((one) => one.number === Number(number));
  if (issue === undefined || comments !== undefined) return undefined;
  return method === 'PATCH' ? { status: 200, body: shown(Object.assign(issue, sent)) } : undefined;
}
