import type { Caller, Observed } from '../../access/observed.ts';
import type { Log } from '../../base/log.ts';
import type { Expectations } from '../../verify/expectations.ts';
import type { AwsClients, CredentialProvider } from '../clients.ts';
import type { ReadRules } from '../cors.ts';
import type { Clock } from '../../base/clock.ts';
import type { CheckContext } from '../../iam/temporary-statement.ts';
import type { Interrupts } from './interrupts.ts';
import type { RetryLimits } from './retry.ts';
import type { RoleAndPolicies } from '../observe/observe-role.ts';

/** How a verification is done. */
export interface ProbeOptions {
  /** `simulate` changes nothing in AWS. */
  readonly mode: 'assume' | 'simulate';
  /** Seconds, for all waiting together. */
  readonly timeoutSeconds: number;
  /** Whether an apply has just written the role: then the trust policy must be read as it was written. */
  readonly afterApply: boolean;
  /** CORS rules that this run has read after its writes: they are not read again. @default none */
  readonly readRules?: readonly ReadRules[] | undefined;
}

export interface ProbeProps {
  readonly clients: AwsClients;
  readonly caller: Caller;
  readonly expectations: Expectations;
  /** What the run saw before: regions and default keys are taken from it, all else is read again. */
  readonly observed: Observed;
  readonly options: ProbeOptions;
  readonly log: Log;
  /** Clients that sign with the assumed role's session: `(credentials) => awsClients({ …, credentials })`. */
  readonly sessionClients: (credentials: CredentialProvider) => AwsClients;
  /** SIGINT, SIGTERM and SIGHUP, so that the temporary statement is removed. @default the process's own */
  readonly interrupts?: Interrupts;
  /** @default the machine's clock */
  readonly clock?: Clock;
}

/** One verification under way; `abort`, which ends it, is never passed to calls that clean up. */
export interface Probe extends Omit<ProbeProps, 'clock'>, RetryLimits {
  /** Aborts it: the check failed or is interrupted. */
  readonly end: () => void;
  /** ARN of the caller's role or user. */
  readonly callerArn: string;
  /** The role and its policies, read back before the first question. */
  readonly live: RoleAndPolicies;
  readonly readBack: () => Promise<RoleAndPolicies>;
}

/** Milliseconds since 1970 by AWS's clock, as far as the SDK saw this machine's to be off: it corrects its signatures by that. */
export function awsNow({ clients, clock }: Pick<Probe, 'clients' | 'clock'>): number {
  return clock.now() + clients.iam.config.systemClockOffset;
}

/** By what the statements of checks are known. */
export function checkContext(
  probe: Pick<Probe, 'clients' | 'clock' | 'caller' | 'expectations'>,
): CheckContext {
  const { caller, expectations } = probe;
  return { now: new Date(awsNow(probe)), accountId: caller.accountId, externalId: expectations.externalId };
}
