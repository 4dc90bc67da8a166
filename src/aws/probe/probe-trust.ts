import { defined } from '../../base/defined.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Observations } from '../../verify/observations.ts';
import { explainNotAdded, wayIn } from '../../verify/way-in.ts';
import { hasTemporary, temporaryStatement } from '../../iam/temporary-statement.ts';
import { type Interrupts, processInterrupts } from './interrupts.ts';
import type { Probe } from './probe-context.ts';
import { probeRole, type RoleProbe, skippedProbe } from './probe-role.ts';
import { clearLeftovers, withTemporaryStatement } from './with-temporary-statement.ts';

/** How long the temporary statement outlives the check's own time, should the check be killed; milliseconds. */
const margin = 5 * 60_000;

type AsVerifier = RoleProbe & Pick<Observations, 'trust'>;

/** Lets the caller into the role, as far as the mode allows, asks what needs the role, and leaves no trace. */
export async function probeAsVerifier(probe: Probe): Promise<AsVerifier> {
  const { expectations, options, live, callerArn } = probe;
  const { role } = live;
  const leftovers = role !== undefined && hasTemporary(role.trustPolicy);
  const way = wayIn({ mode: options.mode, callerArn, expectations, role });
  if (way === 'temporary') return asTemporaryVerifier(probe, leftovers);
  return way === 'permanent' ? asPermanentVerifier(probe, leftovers) : noWayIn(leftovers, way);
}

async function asTemporaryVerifier(probe: Probe, leftovers: boolean): Promise<AsVerifier> {
  const { callerArn, clients, expectations, live, options, clock } = probe;
  // By AWS's clock, as far as the SDK saw this machine's to be off: it corrects its signatures by the same.
  const clockOffset = clients.iam.config.systemClockOffset;
  const statement = temporaryStatement({
    principalArn: callerArn,
    externalId: expectations.externalId,
    expires: new Date(clock.now() + clockOffset + options.timeoutSeconds * 1000 + margin),
  });
  const { result, removal: removed } = await withTemporaryStatement(
    { ...ofRole(probe), statement },
    (inPlace) => probeRole(probe, inPlace),
  );
  if (result.outcome === 'ok')
    return { ...result.value, trust: defined({ kind: 'temporary' as const, statement, leftovers, removed }) };
  const problem = explainNotAdded(result.refusal, { callerArn, expectations, role: live.role });
  const answers = noWayIn(leftovers, problem);
  return { ...answers, trust: defined({ ...answers.trust, removed }) };
}

async function asPermanentVerifier(probe: Probe, leftovers: boolean): Promise<AsVerifier> {
  const removed = leftovers ? await clearLeftovers(ofRole(probe)) : undefined;
  const answers = await probeRole(probe, { abort: probe.abort });
  return { ...answers, trust: defined({ kind: 'permanent' as const, leftovers, removed }) };
}

function ofRole({ clients, expectations, clock, log, end, interrupts = processInterrupts }: Probe) {
  // A runner that ends a job waits for seconds only: no other call may delay the one that removes the statement.
  const ending: Interrupts = {
    listen: (handler) =>
      interrupts.listen((signal) => {
        end();
        handler(signal);
      }),
  };
  return { iam: clients.iam, roleName: expectations.role.name, clock, log, interrupts: ending };
}

function noWayIn(leftovers: boolean, problem: Problem): AsVerifier {
  return { ...skippedProbe(problem.message), trust: { kind: 'none', leftovers, problem } };
}
