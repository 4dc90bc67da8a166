import { defined } from '../../base/defined.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Observations } from '../../verify/observations.ts';
import { explainNotAdded, trustsAsConfigured, wayIn } from '../../verify/way-in.ts';
import { samePolicy } from '../../iam/compare-policy.ts';
import {
  hasTemporary,
  isTemporary,
  temporaryStatement,
  withoutTemporary,
} from '../../iam/temporary-statement.ts';
import { type Interrupts, processInterrupts } from './interrupts.ts';
import { awsNow, checkContext, type Probe } from './probe-context.ts';
import { type Removal, removeStatement } from './remove-statement.ts';
import { probeRole, type RoleProbe, skipAll } from './probe-role.ts';
import { type TrustBase, withTemporaryStatement } from './with-temporary-statement.ts';

/** How long the temporary statement outlives the check's own time, should the check be killed; milliseconds. */
const margin = 5 * 60_000;

type AsVerifier = RoleProbe & Pick<Observations, 'trust'>;

/** Lets the caller into the role, as far as the mode allows, asks what needs the role, and leaves no trace. */
export async function probeAsVerifier(probe: Probe): Promise<AsVerifier> {
  const { expectations, options, live, callerArn } = probe;
  const { role } = live;
  const leftovers = role !== undefined && hasTemporary(role.trustPolicy, checkContext(probe));
  const way = wayIn({ mode: options.mode, callerArn, expectations, role });
  if (way === 'temporary') return asTemporaryVerifier(probe, leftovers);
  return way === 'permanent' ? asPermanentVerifier(probe, leftovers) : noWayIn(leftovers, way);
}

async function asTemporaryVerifier(probe: Probe, leftovers: boolean): Promise<AsVerifier> {
  const { callerArn, expectations, live, options } = probe;
  const statement = temporaryStatement({
    principalArn: callerArn,
    externalId: expectations.externalId,
    expires: new Date(awsNow(probe) + options.timeoutSeconds * 1000 + margin),
  });
  const { interrupts = processInterrupts, end } = probe;
  const listen: Interrupts['listen'] = (handler) =>
    interrupts.listen((signal) => {
      // A runner that ends a job waits for seconds only: no other call may delay the one that removes the statement.
      end();
      handler(signal);
    });
  const { result, removal: removed } = await withTemporaryStatement(
    { ...ofRole(probe), statement, base: baseOf(probe), interrupts: { listen } },
    ({ abort, renew }) => probeRole({ ...probe, abort }, renew),
  );
  if (result.outcome === 'ok')
    return { ...result.value, trust: defined({ kind: 'temporary' as const, statement, leftovers, removed }) };
  const problem = explainNotAdded(result.refusal, { callerArn, expectations, role: live.role });
  const answers = noWayIn(leftovers, problem);
  return { ...answers, trust: defined({ ...answers.trust, removed }) };
}

async function asPermanentVerifier(probe: Probe, leftovers: boolean): Promise<AsVerifier> {
  const removed = leftovers ? await clearLeftovers(probe) : undefined;
  const answers = await probeRole(probe);
  return { ...answers, trust: defined({ kind: 'permanent' as const, leftovers, removed }) };
}

/** Removes what checks that were killed left in the trust policy. */
async function clearLeftovers(probe: Probe): Promise<Removal | undefined> {
  const context = checkContext(probe);
  let removal: Removal | undefined;
  for (const statement of probe.live.role?.trustPolicy.Statement ?? [])
    if (isTemporary(statement, context)) removal = await removeStatement({ ...ofRole(probe), statement });
  return removal;
}

function baseOf(probe: Probe): TrustBase {
  const { expectations, options } = probe;
  const { trustPolicy } = expectations.role;
  return {
    justWritten: options.afterApply,
    lessChecks: (reading) => withoutTemporary(reading, checkContext(probe)),
    isAsConfigured: options.afterApply
      ? (base) => samePolicy(base, trustPolicy)
      : (base) => trustsAsConfigured(base, expectations),
  };
}

function ofRole({ clients, expectations, clock, log }: Probe) {
  return { iam: clients.iam, roleName: expectations.role.name, clock, log };
}

function noWayIn(leftovers: boolean, problem: Problem): AsVerifier {
  const { message } = problem;
  return { ...skipAll({ outcome: 'skipped', message }), trust: { kind: 'none', leftovers, problem } };
}
