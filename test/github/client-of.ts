import type { GitHubProps } from '../../src/github/client.ts';
import type { GitHubStandIn } from '../support/github-stand-in.ts';
import { logTo } from '../support/log.ts';

/** How a job reaches the stand-in; nobody waits, and what is logged is lost. */
export function clientOf(server: GitHubStandIn, more: Partial<GitHubProps> = {}): GitHubProps {
  return {
    token: 'ghs_example',
    repository: 'octo-org/data-access',
    apiUrl: server.url,
    log: logTo([]),
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    ...more,
  };
}
