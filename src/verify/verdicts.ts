import { browserChecks } from './browser-verdicts.ts';
import type { Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import { locationChecks } from './location-verdicts.ts';
import type { Observations } from './observations.ts';
import { roleChecks } from './role-verdicts.ts';
import { judgeSimulation } from './simulation-verdicts.ts';
import { assumeChecks } from './trust-verdicts.ts';

/** Compares what must hold with what was seen: one check per promise, in the order of a reader's questions. */
export function judge(expectations: Expectations, observations: Observations): Check[] {
  return [
    ...roleChecks(expectations, observations),
    ...assumeChecks(expectations, observations),
    ...locationChecks(expectations, observations),
    ...browserChecks(expectations, observations),
    ...judgeSimulation(expectations, { answers: observations.simulation, of: 'role' }),
  ];
}
