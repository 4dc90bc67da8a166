import type { AccessNames } from '../access/former-access.ts';
import { messageOf } from '../problem/github-error.ts';
import type { RunContext } from './run-context.ts';

/** Changes of the config that are looked back over: a rename is remembered until as many have followed it. */
const MOST_STEPS = 5;

/**
 * Names that the config gave the role or its policies before, newest first: an open pull request is compared with its base
 * branch. None where GitHub cannot be asked.
 */
export async function formerConfigs(run: RunContext): Promise<AccessNames[]> {
  const { config, edges, event, parseConfig, pullRequests } = run;
  const { configFiles } = run;
  const sha = event.pullRequest?.merged === false ? event.branch : event.commit;
  if (pullRequests === undefined || sha === undefined || configFiles.length === 0) return [];
  try {
    const steps = await pullRequests.stepsOf({ sha, files: configFiles });
    const versions = steps.slice(0, MOST_STEPS).map(({ commit }) =>
      // A version that could not be applied named nothing.
      parseConfig((path) => pullRequests.fileAt({ path, commit })).catch(() => config),
    );
    const byName = new Map((await Promise.all(versions)).map((names) => [keyOf(names), names]));
    byName.delete(keyOf(config));
    return [...byName.values()];
  } catch (error) {
    edges.runner.info(`What the config named before could not be asked of GitHub: ${messageOf(error)}`);
    return [];
  }
}

/** IAM tells no names apart by case. */
function keyOf({ roleName, policyName }: AccessNames): string {
  return `${roleName}\n${policyName}`.toLowerCase();
}
