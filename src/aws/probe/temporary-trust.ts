import { GetRoleCommand, type IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';

import { samePolicy } from '../../iam/compare-policy.ts';
import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Attempt } from '../../verify/observations.ts';
import { hasTemporary, withoutTemporary } from '../../iam/temporary-statement.ts';
import type { Clock } from '../../base/clock.ts';
import { abortsMany, type Interrupts } from './interrupts.ts';
import { parseDocument } from '../observe/observe-role.ts';
import { attempt, isCode, readAwsError } from '../../problem/aws-error.ts';

/** The role whose trust policy is lent to the verifier. */
export interface LentTrust {
  readonly iam: IAMClient;
  readonly roleName: string;
  readonly statement: Statement;
  readonly interrupts: Interrupts;
  readonly clock: Clock;
  readonly log: Log;
}

/** The trust as long as it is lent. */
export interface Loan {
  /** Ends the work. */
  readonly abort: AbortSignal;
  /** Adds the statement anew: another check of the same role takes it away together with its own. */
  readonly renew: () => Promise<void>;
}

/** Whether the trust policy was read back without a statement of ours. */
export interface Removal {
  readonly done: boolean;
  /** Whether the statement still stood there when its time was over; absent when that could not be read. */
  readonly stood?: boolean;
  readonly evidence: string;
  /** As it was read back. */
  readonly trustPolicy?: PolicyDocument;
}

/** Milliseconds between tries to take the statement back. */
const removalPauses = [1000, 2000, 4000, 8000];

/**
 * Does `work` while `statement` stands in the role's trust policy, and takes it back in all cases, on SIGINT and SIGTERM
 * too; then it throws a UserError. Refused when AWS does not let the statement be added.
 */
export async function withTemporaryTrust<T>(
  lent: LentTrust,
  work: (loan: Loan) => Promise<T>,
): Promise<{ readonly result: Attempt<T>; readonly removal?: Removal }> {
  const interruption = abortsMany();
  let interrupted: (error: Error) => void = () => undefined;
  const interrupt = new Promise<never>((_, reject) => (interrupted = reject));
  interrupt.catch(() => undefined);
  // Listening starts before the statement is added and ends after it is gone: no signal falls in between.
  const stopListening = lent.interrupts.listen((signal) => {
    interruption.abort();
    interrupted(interruptedBy(signal, lent.roleName));
  });
  try {
    const found = await readTrust(lent);
    const added = await add(lent, found);
    if (added.outcome !== 'ok') return { result: added, ...(await takeBackIfAdded(lent, found, added)) };
    const { loan, settled } = lend(lent, interruption.signal);
    const [worked] = await Promise.allSettled([Promise.race([work(loan), interrupt])]);
    interruption.abort();
    await settled();
    const removal = await takeBack(lent, found);
    if (worked.status === 'rejected') throw worked.reason;
    return { result: { outcome: 'ok', value: worked.value }, removal };
  } finally {
    stopListening();
  }
}

function lend(lent: LentTrust, abort: AbortSignal): { loan: Loan; settled: () => Promise<unknown> } {
  let renewing: Promise<unknown> = Promise.resolve();
  const renew = async () => {
    if (abort.aborted) return;
    lent.log.info(
      `The statement of the check is not in the trust policy of ${lent.roleName}: adding it again.`,
    );
    renewing = readTrust(lent).then((now) => add(lent, now));
    await renewing;
  };
  // A statement that is on its way must not arrive after it was taken back.
  return { loan: { abort, renew }, settled: () => Promise.allSettled([renewing]) };
}

/** Takes away what a check of ours that was killed left in the trust policy. */
export async function clearLeftovers(lent: Omit<LentTrust, 'statement' | 'interrupts'>): Promise<Removal> {
  return takeBack(lent, await readTrust(lent));
}

async function readTrust({ iam, roleName }: Pick<LentTrust, 'iam' | 'roleName'>): Promise<PolicyDocument> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
  return parseDocument(Role?.AssumeRolePolicyDocument);
}

async function add(lent: LentTrust, found: PolicyDocument): Promise<Attempt<unknown>> {
  const trust = withoutTemporary(found);
  lent.log.info(
    `Adding the statement ${lent.statement.Sid ?? ''} to the trust policy of ${lent.roleName} for the check.`,
  );
  try {
    return await attempt(() => write(lent, { ...trust, Statement: [...trust.Statement, lent.statement] }));
  } catch (error) {
    // Without an answer nobody knows whether it was added.
    await takeBack(lent, found);
    throw error;
  }
}

/** A refusal need not be true: AWS may have written and failed then, or refused the repetition of a call that got lost. */
async function takeBackIfAdded(
  lent: LentTrust,
  found: PolicyDocument,
  answer: Attempt<unknown>,
): Promise<{ readonly removal?: Removal }> {
  const broke = answer.outcome === 'refused' && (answer.refusal.status ?? 0) >= 500;
  const added = broke || (!hasTemporary(found) && hasTemporary(await readTrust(lent)));
  return added ? { removal: await takeBack(lent, found) } : {};
}

async function takeBack(
  lent: Omit<LentTrust, 'statement' | 'interrupts'>,
  found: PolicyDocument,
): Promise<Removal> {
  const original = withoutTemporary(found);
  let problem = '';
  let stood: boolean | undefined;
  for (const pause of [...removalPauses, undefined]) {
    try {
      const now = await readTrust(lent);
      const rest = withoutTemporary(now);
      stood ??= hasTemporary(now);
      // What somebody else wrote in the meantime stays.
      await write(lent, samePolicy(rest, original) ? original : rest);
      const trustPolicy = await readTrust(lent);
      if (!hasTemporary(trustPolicy))
        return { ...removed(lent, samePolicy(rest, original)), stood, trustPolicy };
      problem = 'it still stands there';
    } catch (error) {
      if (isCode(error, 'NoSuchEntity')) return removed(lent, false);
      problem = readAwsError(error).message;
    }
    if (pause !== undefined) await lent.clock.sleep(pause);
  }
  lent.log.warning(
    `The statement KolenaVerifyTemporary could not be taken out of the trust policy of ${lent.roleName}: ${problem}. It expires by itself within minutes; take it out by hand, or run \`command: verify\` again, which clears it.`,
  );
  return { done: false, evidence: `The statement could not be taken back: ${problem}.` };
}

function removed({ log, roleName }: Pick<LentTrust, 'log' | 'roleName'>, asFound: boolean): Removal {
  const evidence = asFound
    ? `The trust policy of ${roleName} was read back as it was found, without a statement of the check.`
    : `The trust policy of ${roleName} was changed by somebody else meanwhile; read back, it holds no statement of the check.`;
  log.info(evidence);
  return { done: true, evidence };
}

async function write(
  { iam, roleName }: Pick<LentTrust, 'iam' | 'roleName'>,
  document: PolicyDocument,
): Promise<void> {
  const PolicyDocument = JSON.stringify(document);
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument }));
}

function interruptedBy(signal: NodeJS.Signals, roleName: string): UserError {
  return new UserError({
    reason: 'verification-failed',
    message: `The check of ${roleName} was ended by ${signal} before it was done.`,
    remedy:
      'Run `command: verify` to check the access; it also clears what a check that was killed left behind.',
  });
}
