import type { AccessNames } from '../access/observed.ts';
import { messageOf } from '../problem/github-error.ts';
import type { RunContext } from './run-context.ts';

/** Changes of the config that are looked back over: a rename is remembered until as many have followed it. */
const MOST_STEPS = 5;

/**
 * Names that the config gave role or policies before, newest first; an open pull request's before are its base branch's. A
 * role that another config names now is that config's.
 */
export async function formerConfigs(run: RunContext): Promise<AccessNames[]> {
  const { config, configFiles: files, edges, event, parseConfig, pullRequests, report, rolesBeside } = run;
  const sha = event.pullRequest?.merged === false ? event.branch : event.commit;
  if (pullRequests === undefined || sha === undefined || files.length === 0) return [];
  // IAM tells no names apart by case.
  const isToday = (roleName: string) => roleName.toLowerCase() === config.roleName.toLowerCase();
  const keyOf = ({ roleName, policyName }: AccessNames) => `${roleName}\n${policyName}`.toLowerCase();
  try {
    const steps = await pullRequests.stepsOf({ sha, files });
    const versions = steps.slice(0, MOST_STEPS).map(({ commit }) =>
      // A version that could not be applied named nothing.
      parseConfig((path) => pullRequests.fileAt({ path, commit })).catch(() => config),
    );
    const byNames = new Map((await Promise.all(versions)).map((names) => [keyOf(names), names]));
    byNames.delete(keyOf(config));
    return [...byNames.values()].filter(({ roleName }) => {
      const file = rolesBeside.get(roleName.toLowerCase());
      if (file === undefined || isToday(roleName)) return true;
      report.note(
        `Role ${roleName}, which this config named before, is left as it is: ${file} names it now. If that is for another account, delete the role in this one.`,
      );
      return false;
    });
  } catch (error) {
    edges.runner.info(`GitHub did not give the earlier versions of the config: ${messageOf(error)}`);
    return [];
  }
}
