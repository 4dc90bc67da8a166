import type { AccessNames } from '../access/observed.ts';
import type { AccessConfig } from '../config/access-config.ts';
import { isSameName } from '../config/iam-names.ts';
import type { Step } from '../github/history.ts';
import { messageOf } from '../problem/github-error.ts';
import type { RunContext } from './run-context.ts';

/** Changes of the config that are looked back over: a rename is remembered until as many have followed it. */
const MOST_STEPS = 5;

/** Names that the config gave role or policies before, newest first; a role that another config names now is that config's. */
export async function formerConfigs(run: RunContext): Promise<AccessNames[]> {
  const { config, report } = run;
  const named = await earlierNames(run);
  // Most configs have kept their names: no other file is read for them.
  const beside = named.length > 0 ? run.rolesBeside() : new Map<string, string>();
  return named.filter(({ roleName }) => {
    const file = beside.get(roleName.toLowerCase());
    if (file === undefined || isSameName(roleName, config.roleName)) return true;
    report.note(
      `Role ${roleName}, which this config named before, is left as it is: ${file} names it now. If that is for another account, delete the role in this one.`,
    );
    return false;
  });
}

async function earlierNames(run: RunContext): Promise<AccessNames[]> {
  const { config, configFiles: files, edges, event, parseConfig, pullRequests, settings } = run;
  // What was before an open pull request is its base branch's.
  const sha = event.pullRequest?.merged === false ? event.branch : event.commit;
  if (pullRequests === undefined || sha === undefined || files.length === 0) return [];
  const keyOf = ({ roleName, policyName }: AccessConfig) => `${roleName}\n${policyName}`.toLowerCase();
  try {
    const steps = (await pullRequests.stepsOf({ sha, files })).slice(0, MOST_STEPS);
    const versions = steps.map(({ commit }) =>
      // A version that could not be applied named nothing.
      parseConfig((path) => pullRequests.fileAt({ path, commit })).catch(() => config),
    );
    const named = await Promise.all(versions);
    if (named.every((names) => keyOf(names) === keyOf(config))) return [];
    const pulls = settings['apply-on-pull-request'] ? [] : await pullsOf(steps, run);
    // What a pull request named and took back before its merge was never applied, unless open ones are.
    const isApplied = (at: number) => pulls[at] === undefined || pulls.indexOf(pulls[at]) === at;
    const byNames = new Map(named.filter((_, at) => isApplied(at)).map((names) => [keyOf(names), names]));
    byNames.delete(keyOf(config));
    const principals = new Set([config, ...named].map(({ kolenaPrincipalArn }) => kolenaPrincipalArn));
    return [...byNames.values()].map((names) => ({ ...names, kolenaPrincipalArns: [...principals] }));
  } catch (error) {
    edges.runner.info(`GitHub did not give the earlier versions of the config: ${messageOf(error)}`);
    return [];
  }
}

/** Which merged pull request brought each commit in; undefined where GitHub does not tell. */
function pullsOf(steps: readonly Step[], { event, pullRequests }: RunContext) {
  const pullOf = async ({ commit }: Step) =>
    pullRequests?.pullOf(commit, event.branch).catch(() => undefined);
  return Promise.all(steps.map(pullOf));
}
