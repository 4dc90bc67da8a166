import type { Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import { judgeAssume } from './judge-assume.ts';
import { judgeBrowser } from './judge-browser.ts';
import { judgeCors } from './judge-cors.ts';
import { judgeEnd } from './judge-end.ts';
import { judgeFormer, judgeRole } from './judge-role.ts';
import { judgeGuards, type Known, withOneFix } from './judge-guards.ts';
import { judgeLocations } from './judge-locations.ts';
import { judgeSimulation } from './judge-simulation.ts';
import type { Observations } from './observations.ts';

/** Compares what must hold with what was seen: one check per promise, in the order of a reader's questions. */
export function judge(
  expectations: Expectations,
  observations: Observations,
  known: Known = { buckets: {} },
): Check[] {
  const { ended } = expectations;
  const read = reallyRead(observations);
  const guards = judgeGuards(expectations, known, read);
  return [
    ...judgeRole(expectations, observations),
    ...judgeFormer(expectations, observations),
    ...judgeAssume(expectations, observations),
    ...(ended === undefined
      ? [...withOneFix(judgeLocations(expectations, observations), guards), ...guards]
      : judgeEnd({ ...expectations, ended }, observations, known)),
    ...judgeBrowser(expectations, observations),
    ...judgeCors(expectations, observations),
    ...judgeSimulation(expectations, { answers: observations.simulation, of: 'role', read }),
  ];
}

function reallyRead({ locations }: Observations): ReadonlySet<string> {
  const read = Object.entries(locations).filter(
    ([, { list, read }]) => list.outcome === 'ok' && read.outcome === 'ok',
  );
  return new Set(read.map(([name]) => name));
}
