import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

/** What the engine says to one question. */
export type Decision = Exclude<Awaited<ReturnType<typeof runSimulation>>, { resultType: 'error' }>;

const decisions = new Map<string, Promise<Decision>>();

/**
 * The decision of @cloud-copilot/iam-simulate, which depends on the question alone: who asks it again, as most calls of a test do,
 * gets the same one. Throws where the engine knows no such action or finds a policy malformed.
 */
export function decide(simulation: Simulation): Promise<Decision> {
  const question = JSON.stringify(simulation);
  const decision = decisions.get(question) ?? askEngine(simulation);
  // Far more than one test asks, and little memory.
  if (decisions.size > 2000) decisions.clear();
  decisions.set(question, decision);
  return decision;
}

async function askEngine(simulation: Simulation): Promise<Decision> {
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error')
    throw new Error(`${simulation.request.action}: ${JSON.stringify(result.errors)}`);
  return result;
}
