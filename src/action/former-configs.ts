import type { AccessNames } from '../access/observed.ts';
import { isSameName } from '../config/iam-names.ts';
import { messageOf } from '../problem/github-error.ts';
import type { RunContext } from './run-context.ts';

/** Changes of the config that are looked back over: a rename is remembered until as many have followed it. */
const MOST_STEPS = 5;

/**
 * Names that the config gave role or policies before, newest first; an open pull request's before are its base branch's. A
 * role that another config names now is that config's.
 */
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
  const { config, configFiles: files, edges, event, parseConfig, pullRequests } = run;
  const sha = event.pullRequest?.merged === false ? event.branch : event.commit;
  if (pullRequests === undefined || sha === undefined || files.length === 0) return [];
  const keyOf = ({ roleName, policyName }: AccessNames) => `${roleName}\n${policyName}`.toLowerCase();
  try {
    const steps = await pullRequests.stepsOf({ sha, files });
    const versions = steps.slice(0, MOST_STEPS).map(({ commit }) =>
      // A version that could not be applied named nothing.
      parseConfig((path) => pullRequests.fileAt({ path, commit })).catch(() => config),
    );
    const byNames = new Map((await Promise.all(versions)).map((names) => [keyOf(names), names]));
    byNames.delete(keyOf(config));
    return [...byNames.values()];
  } catch (error) {
    edges.runner.info(`GitHub did not give the earlier versions of the config: ${messageOf(error)}`);
    return [];
  }
}
