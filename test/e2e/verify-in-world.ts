import { decideAccess } from '../../src/access/decide-access.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { awsClients } from '../../src/aws/clients.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Interrupts } from '../../src/aws/probe/interrupts.ts';
import { observe } from '../../src/aws/observe/observe.ts';
import { probeAccess } from '../../src/aws/probe/probe.ts';
import type { ProbeOptions } from '../../src/aws/probe/probe-context.ts';
import { simulate } from '../../src/aws/probe/simulate.ts';
import type { Check } from '../../src/verify/check.ts';
import { expectationsOf } from '../../src/verify/expectations.ts';
import { judge } from '../../src/verify/judge.ts';
import { judgeGuards } from '../../src/verify/judge-guards.ts';
import { judgeSimulation } from '../../src/verify/judge-simulation.ts';
import { simulationQuestions } from '../../src/verify/simulation.ts';
import type { Principal } from '../support/gate/principal.ts';
import { seedExternalId } from '../support/seed.ts';
import { signedIn } from '../support/signed-in.ts';
import { kolenaPrincipalArn, type World } from '../support/world.ts';

interface Verification {
  /** The page's access unless these keys say otherwise. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly options?: Partial<ProbeOptions>;
  readonly verifyObject?: string;
  readonly verifierArn?: string;
  /** Called when the check waits, instead of waiting. */
  readonly onWait?: () => Promise<void>;
  /** Called with each line of the log. */
  readonly onLine?: (line: string) => void;
  /** SIGINT and SIGTERM. @default none */
  readonly interrupts?: Interrupts;
  /** @default the deployer */
  readonly as?: Principal;
}

/** What one verification found, and what it told. */
export interface Verified {
  readonly checks: readonly Check[];
  readonly lines: readonly string[];
  /** Seconds that it would have slept. */
  readonly waited: number;
}

/** Verifies the access as the Action does, with a clock that does not wait, and that only its sleeping moves on. */
export async function verifyIn(world: World, verification: Verification = {}): Promise<Verified> {
  const { options = {}, verifyObject, verifierArn, onWait } = verification;
  const { access, clients, caller, env, log, lines } = partsOf(world, verification);
  const clock = quickClock(onWait);
  const observed = await observe({ clients, caller, config: access, log });
  const desired = decideAccess(access, observed, {
    region: 'us-east-1',
    allowDestroy: true,
    verifierArn,
    now: new Date(),
  });
  const expectations = expectationsOf(access, desired, { verifyObject, verifierArn, now: new Date() });
  const observations = await probeAccess({
    ...{ clients, caller, expectations, observed, log, clock },
    options: { mode: 'assume', timeoutSeconds: 120, afterApply: false, ...options },
    sessionClients: (credentials) =>
      awsClients({ region: 'us-east-1', env, credentials, http: clients.http }),
    interrupts: verification.interrupts ?? { listen: () => () => undefined },
  });
  return { checks: judge(expectations, observations, observed), lines, waited: clock.waited() };
}

/** What the plan says that Kolena will be able to do, and will not. */
export async function simulateIn(
  world: World,
  config: Verification['config'] = {},
): Promise<readonly Check[]> {
  const { access, clients, caller, log } = partsOf(world, { config });
  const observed = await observe({ clients, caller, config: access, log });
  const desired = decideAccess(access, observed, { region: 'us-east-1' });
  const expectations = expectationsOf(access, desired, { now: new Date() });
  const answers = await simulate(clients.iam, desired, simulationQuestions(expectations));
  return [
    ...judgeGuards(expectations, observed),
    ...judgeSimulation(expectations, { answers, of: 'planned' }),
  ];
}

function partsOf(world: World, { config = {}, as = world.deployer, onLine }: Verification) {
  const access = parseAccessConfig({
    buckets: ['share-with-kolena'],
    'kolena-principal-arn': kolenaPrincipalArn,
    'kolena-external-id': seedExternalId,
    ...config,
  });
  const lines: string[] = [];
  const tell = (line: string) => {
    lines.push(line);
    onLine?.(line);
  };
  return { access, lines, ...signedIn(world, as, tell) };
}

function quickClock(onWait: () => Promise<void> = () => Promise.resolve()): Clock & { waited(): number } {
  const started = Date.now();
  let slept = 0;
  return {
    now: () => started + slept,
    sleep(milliseconds) {
      slept += milliseconds;
      return onWait();
    },
    waited: () => slept / 1000,
  };
}

/** The checks that did not pass, as `id status`. */
export function notPassed(checks: readonly Check[]): string[] {
  return checks.filter(({ status }) => status !== 'pass').map(({ id, status }) => `${id} ${status}`);
}
