import { settleAll } from '../../base/settle-all.ts';
import { defined } from '../../base/defined.ts';
import type { Expectations } from '../../verify/expectations.ts';
import type { Observations } from '../../verify/observations.ts';
import { samePolicy } from '../../iam/compare-policy.ts';
import { withoutTemporary } from '../../iam/temporary-statement.ts';
import { callerPrincipalArn } from './caller-role.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../../base/clock.ts';
import { abortsMany } from './interrupts.ts';
import { observeFormer } from '../observe/observe-former.ts';
import { observeRole, type RoleAndPolicies } from '../observe/observe-role.ts';
import { eachLineOnce } from './retry.ts';
import { probeBuckets } from './probe-buckets.ts';
import { checkContext, type Probe, type ProbeProps } from './probe-context.ts';
import { probeAsVerifier } from './probe-trust.ts';
import { probeSimulation } from './probe-simulation.ts';

export type { ProbeOptions, ProbeProps } from './probe-context.ts';

/** Milliseconds for which what was read back is taken as it was: many buckets ask at once. */
const freshFor = 2000;

/** Asks AWS every question of a verification; refusals are answers, and only an unforeseen failure throws. */
export async function probeAccess(props: ProbeProps): Promise<Observations> {
  const { clients, caller, options, clock = systemClock } = props;
  const readBack = cachedReadBack(props, clock);
  const settling = { clock, pauses: options.afterApply ? settlingPauses : [] };
  const [live, former, callerArn] = await Promise.all([
    readSettled(settling, readBack, (seen) => isAsWritten(props, seen)),
    readSettled(
      settling,
      () => readFormer(props),
      (seen) => seen.every(({ role }) => role === undefined),
    ),
    callerPrincipalArn(clients.iam, caller),
  ]);
  const deadline = clock.now() + options.timeoutSeconds * 1000;
  const ended = abortsMany();
  const probe: Probe = {
    ...props,
    log: eachLineOnce(props.log),
    clock,
    deadline,
    abort: ended.signal,
    end: () => {
      ended.abort();
    },
    callerArn,
    live,
    readBack,
  };
  const asked = [probeAsVerifier(probe), probeBuckets(probe), probeSimulation(probe)] as const;
  asked[0].catch(probe.end);
  // Whatever fails, the trust policy is put back before this function ends.
  const [asVerifier, buckets, simulation] = await settleAll(asked);
  const { role, policies } = live;
  // What somebody wrote during the check counts, too.
  const trustPolicy = asVerifier.trust.removed?.trustPolicy ?? role?.trustPolicy;
  return defined({
    mode: options.mode,
    callerArn,
    role: role && trustPolicy && { ...role, trustPolicy: withoutTemporary(trustPolicy, checkContext(probe)) },
    policies,
    former: former.length > 0 ? former : undefined,
    ...asVerifier,
    buckets,
    simulation,
  });
}

/** Milliseconds between readings while IAM answers by what stood before an apply. */
const settlingPauses = [2000, 4000, 8000];

/** What was read last: after an apply it is read until it shows what was written. */
async function readSettled<T>(
  { clock, pauses }: { readonly clock: Clock; readonly pauses: readonly number[] },
  read: () => Promise<T>,
  isSettled: (seen: T) => boolean,
): Promise<T> {
  let seen = await read();
  for (const pause of pauses) {
    if (isSettled(seen)) break;
    await clock.sleep(pause);
    seen = await read();
  }
  return seen;
}

/** Whether the trust policy is the one that was written. */
function isAsWritten(props: ProbeProps, { role }: RoleAndPolicies): boolean {
  const { trustPolicy } = props.expectations.role;
  return (
    role !== undefined && samePolicy(withoutTemporary(role.trustPolicy, checkContext(props)), trustPolicy)
  );
}

function readFormer({ clients, caller, expectations, observed }: ProbeProps) {
  const question = { iam: clients.iam, caller, names: namesOf(expectations) };
  return observeFormer(question, observed.former?.map(({ names }) => names) ?? []);
}

function namesOf({ role, policyName }: Expectations) {
  return { roleName: role.name, iamPath: role.path, policyName };
}

function cachedReadBack(
  { clients, caller, expectations }: ProbeProps,
  clock: Clock,
): () => Promise<RoleAndPolicies> {
  const names = namesOf(expectations);
  let last: { readonly at: number; readonly answer: Promise<RoleAndPolicies> } | undefined;
  return () => {
    if (last === undefined || clock.now() - last.at >= freshFor)
      last = { at: clock.now(), answer: observeRole({ iam: clients.iam, caller, names }) };
    return last.answer;
  };
}
