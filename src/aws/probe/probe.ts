import { GetRoleCommand } from '@aws-sdk/client-iam';
import { settleAll } from '../../base/settle-all.ts';
import { formerRoles } from '../../access/our-policies.ts';
import { defined } from '../../base/defined.ts';
import type { Observations } from '../../verify/observations.ts';
import { samePolicy } from '../../iam/compare-policy.ts';
import { withoutTemporary } from '../../iam/temporary-statement.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../../base/clock.ts';
import { abortsMany } from './interrupts.ts';
import { observeRoles } from '../observe/observe-former.ts';
import { ifAllowed } from '../if-allowed.ts';
import type { RoleAndPolicies } from '../observe/observe-role.ts';
import { eachLineOnce } from './retry.ts';
import { probeBuckets } from './probe-buckets.ts';
import { checkContext, type Probe, type ProbeProps } from './probe-context.ts';
import { probeAsVerifier } from './probe-trust.ts';
import { probeSimulation } from './simulate.ts';

/** Milliseconds for which what was read back is taken as it was: many buckets ask at once. */
const freshFor = 2000;

/** Asks AWS every question of a verification; refusals are answers, and only an unforeseen failure throws. */
export async function probeAccess(props: ProbeProps): Promise<Observations> {
  const { options, clock = systemClock } = props;
  const readBack = cachedReadBack(props, clock);
  const [live, callerArn] = await Promise.all([
    readSettled({ ...props, clock }, readBack),
    callerPrincipalArn(props),
  ]);
  const deadline = clock.now() + options.timeoutSeconds * 1000;
  const ended = abortsMany();
  const probe: Probe = {
    ...props,
    log: eachLineOnce(props.log),
    clock,
    deadline,
    abort: ended.signal,
    end: () => ended.abort(),
    callerArn,
    live,
    readBack,
  };
  const asked = [probeAsVerifier(probe), probeBuckets(probe), probeSimulation(probe)] as const;
  asked[0].catch(probe.end);
  // Whatever fails, the trust policy is put back before this function ends.
  const [asVerifier, buckets, simulation] = await settleAll(asked);
  const { role, policies, former } = live;
  // What somebody wrote during the check counts, too.
  const trustPolicy = asVerifier.trust.removed?.trustPolicy ?? role?.trustPolicy;
  return defined({
    mode: options.mode,
    afterApply: options.afterApply,
    callerArn,
    role: role && trustPolicy && { ...role, trustPolicy: withoutTemporary(trustPolicy, checkContext(probe)) },
    policies,
    former,
    ...asVerifier,
    buckets,
    simulation,
  });
}

/** The ARN of the caller in a trust policy: a session's role with its path, which the session's ARN leaves out. */
async function callerPrincipalArn({ clients, caller: { arn } }: ProbeProps): Promise<string> {
  const [, RoleName] = /^arn:[a-z-]+:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (RoleName === undefined) return arn;
  const found = await ifAllowed(() => clients.iam.send(new GetRoleCommand({ RoleName })));
  // Without the right to look the role up, the session itself, which a trust policy may name too:
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
  return found?.Role?.Arn ?? arn;
}

/** Milliseconds between readings while IAM answers by what stood before an apply. */
const settlingPauses = [2000, 4000, 8000];

/** The role and its policies; after an apply they are read until the trust policy is the one that was written. */
async function readSettled(
  props: Pick<Probe, 'clients' | 'clock' | 'caller' | 'expectations' | 'options'>,
  readBack: Probe['readBack'],
): Promise<RoleAndPolicies> {
  const isSettled = ({ role, former }: RoleAndPolicies) =>
    role !== undefined &&
    formerRoles(former).length === 0 &&
    samePolicy(withoutTemporary(role.trustPolicy, checkContext(props)), props.expectations.role.trustPolicy);
  let live = await readBack();
  for (const pause of props.options.afterApply ? settlingPauses : []) {
    if (isSettled(live)) break;
    await props.clock.sleep(pause);
    live = await readBack();
  }
  return live;
}

function cachedReadBack(
  { clients, caller, expectations, observed }: ProbeProps,
  clock: Clock,
): () => Promise<RoleAndPolicies> {
  const { role, policyName } = expectations;
  const names = { roleName: role.name, iamPath: role.path, policyName };
  const former = observed.former?.map((access) => access.names);
  let last: { readonly at: number; readonly answer: Promise<RoleAndPolicies> } | undefined;
  return () => {
    if (last === undefined || clock.now() - last.at >= freshFor)
      last = { at: clock.now(), answer: observeRoles({ iam: clients.iam, caller, names, former }) };
    return last.answer;
  };
}
