import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './github-pull-requests.ts';
import { startGitHub, type GitHubStandIn } from './github-stand-in.ts';
import type { ActionResult } from './run-action.ts';
import type { Scene } from './scene.ts';

type Inputs = Readonly<Record<string, string>>;

/** One job of the repository's workflow: the same job can run again. */
export interface Job {
  /** GITHUB_EVENT_NAME. */
  readonly event: string;
  /** GITHUB_SHA. */
  readonly commit: string;
  /** Text of the config that is checked out. */
  readonly config: string;
  readonly inputs: Inputs;
  readonly payload: object;
  /** Further variables. @default none */
  readonly env?: Inputs;
}

/** A pull request that changes the config. */
export interface Proposal {
  readonly number: number;
  readonly config: string;
  /** The job that plans it. */
  readonly plan: Job;
}

/** A repository with one config file, whose history is made of merged pull requests. */
export interface ConfigRepository {
  readonly github: GitHubStandIn;
  /** Opens a pull request, from `main` as it is now. `inputs` are those of its plan. */
  propose(config: string, inputs?: Inputs): Proposal;
  /**
   * Merges it, and gives the job that the push starts: an apply under the gate. The config is the pull request's, unless
   * `main` went on since it was opened. A message as of a squash merge names the pull request.
   */
  merge(proposal: Proposal, merged?: { readonly config?: string; readonly message?: string }): Job;
  /** The job that a person starts on `main`. */
  dispatch(command: 'plan' | 'apply'): Job;
  run(job: Job): Promise<ActionResult>;
  /** The same job, started again. */
  runAgain(job: Job): Promise<ActionResult>;
  stop(): Promise<void>;
}

const path = 'kolena-s3.yml';

/** Starts a GitHub with a repository in it, whose jobs run in the scene's world, gated and without verification. */
export async function startConfigRepository(scene: Scene): Promise<ConfigRepository> {
  const github = await startGitHub();
  const history: { readonly sha: string; readonly minute: number }[] = [];
  const gated = { command: 'apply', 'require-approved-plan': 'true' };
  const run = ({ event, commit, config, inputs, payload, env = {} }: Job, attempt = 1) =>
    scene.run(
      { buckets: '', comment: 'always', verify: 'off', 'github-token': github.jobToken, ...inputs },
      {
        workspace: checkedOut(commit, config),
        env: {
          GITHUB_API_URL: github.url,
          GITHUB_EVENT_NAME: event,
          GITHUB_SHA: commit,
          GITHUB_RUN_ATTEMPT: String(attempt),
          ...env,
        },
        event: payload,
      },
    );
  return {
    github,
    propose: (config, inputs = {}) => {
      const { number, event: payload } = github.openPullRequest('Change who reads what');
      const commit = payload.pull_request.head.sha;
      return { number, config, plan: { event: 'pull_request', commit, config, inputs, payload } };
    },
    merge: ({ number, config: proposed }, { config = proposed, message = `Change (#${number})` } = {}) => {
      const commit = github.merge(number);
      history.unshift({ sha: commit, minute: history.length + 1 });
      github.commitsOf[`${path}@${commit}`] = [...history];
      github.files[`${path}@${commit}`] = config;
      return {
        event: 'push',
        commit,
        config,
        inputs: gated,
        payload: { head_commit: { message }, repository },
      };
    },
    dispatch: (command) => {
      const inputs = command === 'plan' ? { command } : gated;
      const [commit, config] = [github.head, github.files[`${path}@${github.head}`] ?? ''];
      return {
        event: 'workflow_dispatch',
        commit,
        config,
        inputs,
        payload: { inputs: { command }, repository },
      };
    },
    run: (job) => run(job),
    runAgain: (job) => run(job, 2),
    stop: () => github.stop(),
  };
}

/** A workspace as actions/checkout leaves it. */
function checkedOut(commit: string, config: string): string {
  const workspace = mkdtempSync(join(tmpdir(), 'checkout-'));
  mkdirSync(join(workspace, '.git'));
  writeFileSync(join(workspace, '.git', 'HEAD'), commit);
  writeFileSync(join(workspace, path), config);
  return workspace;
}
