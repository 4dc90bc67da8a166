import type { Observations } from '../../verify/observations.ts';
import { simulationQuestions } from '../../verify/simulation.ts';
import { isAsExpected, mayStillChange } from '../../verify/simulation-standing.ts';
import { askPatiently } from './patience.ts';
import type { Probe } from './probe-context.ts';
import { simulateRole } from './simulate.ts';

const spreading = "IAM's simulator to know the role's permissions";

/** Asks what the role may do, again while the simulator answers by what stood before the last change. */
export async function probeSimulation(probe: Probe): Promise<Observations['simulation']> {
  const { clients, standing, expectations, readBack } = probe;
  const { role } = standing;
  if (role === undefined) return { outcome: 'skipped', why: 'There is no role.' };
  const questions = simulationQuestions(expectations);
  return askPatiently(probe, {
    ask: () => simulateRole(clients.iam, role.arn, questions),
    // The role was read back, so the simulator has yet to hear of it.
    waitsFor: ({ code }) => Promise.resolve(code === 'NoSuchEntity' ? spreading : undefined),
    isEarly: async (answers) => {
      const wrong = answers.filter((answer) => !isAsExpected(answer));
      if (wrong.length === 0) return undefined;
      const now = await readBack();
      return wrong.every((answer) => mayStillChange(answer, now)) ? spreading : undefined;
    },
  });
}
