import type { Observations } from '../../verify/observations.ts';
import { isAsExpected, mayStillChange, simulationQuestions } from '../../verify/simulation.ts';
import { askWithRetries } from './retry.ts';
import type { Probe } from './probe-context.ts';
import { simulate } from './simulate.ts';

const spreading = "IAM's simulator to know the role's permissions";

/** Asks what the role may do, again while the simulator answers by what stood before the last change. */
export async function probeSimulation(probe: Probe): Promise<Observations['simulation']> {
  const { clients, live, expectations, readBack } = probe;
  const { role } = live;
  if (role === undefined) return { outcome: 'skipped', message: 'There is no role.' };
  const questions = simulationQuestions(expectations);
  return askWithRetries(probe, {
    ask: () => simulate(clients.iam, { roleArn: role.arn }, questions),
    // The role was read back, so the simulator has yet to hear of it.
    retryRefusal: ({ code }) => (code === 'NoSuchEntity' ? spreading : undefined),
    retryAnswer: async (answers) => {
      const wrong = answers.filter((answer) => !isAsExpected(answer));
      if (wrong.length === 0) return undefined;
      const now = await readBack();
      return wrong.every((answer) => mayStillChange(answer, now)) ? spreading : undefined;
    },
  });
}
