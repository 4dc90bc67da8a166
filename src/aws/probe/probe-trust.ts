import { deletedPrincipalIn } from '../../config/arn.ts';
import { expectedRoleArn } from '../../verify/expectations.ts';
import type { Observations, Refusal, TrustForVerifier } from '../../verify/observations.ts';
import { hasTemporary, temporaryStatement } from '../../iam/temporary-statement.ts';
import { type Interrupts, processInterrupts } from './interrupts.ts';
import type { Probe } from './probe-context.ts';
import { probeRole, type RoleProbe, skippedProbe } from './probe-role.ts';
import { clearLeftovers, withTemporaryTrust } from './temporary-trust.ts';

/** How long the temporary statement outlives the check's own time, should the check be killed; milliseconds. */
const margin = 5 * 60_000;

type AsVerifier = RoleProbe & Pick<Observations, 'trust'>;

/** Lets the caller into the role, as far as the mode allows, asks what needs the role, and leaves no trace. */
export async function probeAsVerifier(probe: Probe): Promise<AsVerifier> {
  const { expectations, options, standing, callerArn, caller } = probe;
  const leftovers = standing.role !== undefined && hasTemporary(standing.role.trustPolicy);
  if (options.mode === 'simulate')
    return noWayIn(leftovers, {
      why: '`verify: simulate` changes nothing in AWS, so nobody assumed the role.',
      remedy: 'Use `verify: assume` to prove it.',
    });
  if (standing.role === undefined)
    return noWayIn(false, {
      why: `There is no role ${expectedRoleArn(expectations)}.`,
      remedy: 'Run `command: apply`, which creates it.',
    });
  if (caller.arn.endsWith(':root'))
    return noWayIn(leftovers, {
      why: 'AWS lets no root user assume a role.',
      remedy: 'Run with the credentials of a role or a user.',
    });
  return expectations.verifierArn === undefined
    ? asTemporaryVerifier(probe, leftovers)
    : asPermanentVerifier(probe, { leftovers, verifierArn: expectations.verifierArn, callerArn });
}

async function asTemporaryVerifier(probe: Probe, leftovers: boolean): Promise<AsVerifier> {
  const { callerArn, clients, expectations, options, clock } = probe;
  // By AWS's clock, as far as the SDK saw this machine's to be off: it corrects its signatures by the same.
  const clockOffset = clients.iam.config.systemClockOffset;
  const statement = temporaryStatement({
    principalArn: callerArn,
    externalId: expectations.externalId,
    expires: new Date(clock.now() + clockOffset + options.timeoutSeconds * 1000 + margin),
  });
  const { result, removal } = await withTemporaryTrust({ ...ofRole(probe), statement }, (loan) =>
    probeRole(probe, loan),
  );
  if (result.outcome === 'ok')
    return {
      ...(removal?.stood === false ? withoutRefusals(result.value) : result.value),
      trust: { kind: 'temporary', statement, leftovers, ...(removal !== undefined && { removed: removal }) },
    };
  const refused = result.outcome === 'refused' ? whyNotAdded(result.refusal, probe) : result;
  const answers = noWayIn(leftovers, refused);
  return removal === undefined ? answers : { ...answers, trust: { ...answers.trust, removed: removal } };
}

async function asPermanentVerifier(
  probe: Probe,
  { leftovers, verifierArn, callerArn }: { leftovers: boolean; verifierArn: string; callerArn: string },
): Promise<AsVerifier> {
  if (callerArn !== verifierArn)
    return noWayIn(leftovers, {
      why: `Only ${verifierArn} is trusted as the verifier, and this run is ${callerArn}.`,
      remedy: 'Run verification with the credentials of verify-principal-arn, or unset it.',
    });
  const removed = leftovers ? await clearLeftovers(ofRole(probe)) : undefined;
  const answers = await probeRole(probe, { abort: probe.abort });
  return { ...answers, trust: { kind: 'permanent', leftovers, ...(removed !== undefined && { removed }) } };
}

/** Without the statement AWS refuses the verifier whatever the external ID. */
function withoutRefusals(answers: RoleProbe): RoleProbe {
  const why =
    'Another check of the role, or somebody else, took the statement of this one away meanwhile, so a refusal proves nothing.';
  const kept = (attempt: RoleProbe['withoutExternalId']) =>
    attempt.outcome === 'refused' ? ({ outcome: 'skipped', why } as const) : attempt;
  return {
    ...answers,
    withoutExternalId: kept(answers.withoutExternalId),
    wrongExternalId: kept(answers.wrongExternalId),
  };
}

function ofRole({ clients, expectations, clock, log, end, interrupts = processInterrupts }: Probe) {
  // A runner that ends a job waits for seconds: no other call may stand before the one that takes the statement back.
  const ending: Interrupts = {
    listen: (handler) =>
      interrupts.listen((signal) => {
        end();
        handler(signal);
      }),
  };
  return { iam: clients.iam, roleName: expectations.role.name, clock, log, interrupts: ending };
}

interface NoWay {
  readonly why: string;
  readonly remedy?: string;
}

function noWayIn(leftovers: boolean, { why, remedy }: NoWay): AsVerifier {
  const trust: TrustForVerifier = { kind: 'none', why, leftovers, ...(remedy !== undefined && { remedy }) };
  return { ...skippedProbe(why), trust };
}

function whyNotAdded({ code, message }: Refusal, { standing, expectations, callerArn }: Probe): NoWay {
  if (code.startsWith('LimitExceeded'))
    return {
      why: `The trust policy of ${expectations.role.name} has no room for the statement of the check: ${message}`,
      remedy:
        "Raise the account's quota for role trust policies, or use verify-principal-arn or `verify: simulate`.",
    };
  if (code.startsWith('MalformedPolicyDocument'))
    return {
      why: `IAM does not take the trust policy with the statement of the check, for ${callerArn}: ${message}`,
      // With a principal that was deleted IAM takes the policy no more, whatever is added.
      remedy: deletedPrincipalIn(message)
        ? 'Run `command: apply`, which writes the trust policy anew.'
        : 'Allow iam:GetRole on the role that this run uses, so that its ARN is found with its path.',
    };
  const statement = {
    Sid: 'LendTrustToVerifier',
    Effect: 'Allow',
    Action: 'iam:UpdateAssumeRolePolicy',
    Resource: standing.role?.arn,
  };
  return {
    why: `This run may not add its statement to the trust policy (${code}): ${message}`,
    remedy: `Use verify-principal-arn or \`verify: simulate\`, or add this statement to the permissions of this run:\n${JSON.stringify(statement, null, 2)}`,
  };
}
