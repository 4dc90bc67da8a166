import { GetRoleCommand, type IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';

import { samePolicy } from '../../iam/compare-policy.ts';
import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Answer, Refusal } from '../../verify/observations.ts';
import { hasTemporary, withoutTemporary } from '../../iam/temporary-statement.ts';
import type { Clock } from '../../base/clock.ts';
import { abortsMany, type Interrupts } from './interrupts.ts';
import { decodePolicyDocument } from '../policy-document.ts';
import { attempt, isCode, readAwsError } from '../../problem/aws-error.ts';

/** The statement to add, and the role whose trust policy gets it. */
export interface StatementProps {
  readonly iam: IAMClient;
  readonly roleName: string;
  readonly statement: Statement;
  readonly interrupts: Interrupts;
  readonly clock: Clock;
  readonly log: Log;
}

/** The temporary statement while it is in place. */
export interface TemporaryStatement {
  /** Aborted when the work has to end. */
  readonly abort: AbortSignal;
  /** Adds the statement again: another check of the same role removes it together with its own. */
  readonly renew: () => Promise<void>;
}

/** Whether the trust policy was read back without the temporary statement. */
export interface Removal {
  readonly done: boolean;
  /** Whether the statement was still there when the work ended; absent when that could not be read. */
  readonly stood?: boolean;
  readonly evidence: string;
  /** As it was read back. */
  readonly trustPolicy?: PolicyDocument;
}

/** Milliseconds between tries to remove the statement. */
const removalPauses = [1000, 2000, 4000, 8000];

/**
 * Does `work` while `statement` is in the role's trust policy, and removes it in all cases, on SIGINT and SIGTERM
 * too; then it throws a UserError. Refused when AWS does not let the statement be added.
 */
export async function withTemporaryStatement<T>(
  props: StatementProps,
  work: (statement: TemporaryStatement) => Promise<T>,
): Promise<{ readonly result: Answer<T>; readonly removal?: Removal }> {
  const interruption = abortsMany();
  let interrupted: (error: Error) => void = () => undefined;
  const interrupt = new Promise<never>((_, reject) => (interrupted = reject));
  interrupt.catch(() => undefined);
  // Listening starts before the statement is added and ends after it is gone: no signal falls in between.
  const stopListening = props.interrupts.listen((signal) => {
    interruption.abort();
    interrupted(interruptedBy(signal, props.roleName));
  });
  try {
    const found = await readTrust(props);
    const added = await add(props, found);
    if (added.outcome === 'refused')
      return defined({ result: added, removal: await removeIfAdded(props, found, added.refusal) });
    const { inPlace, renewalsSettled } = keepInPlace(props, interruption.signal);
    const [worked] = await Promise.allSettled([Promise.race([work(inPlace), interrupt])]);
    interruption.abort();
    await renewalsSettled();
    const removal = await remove(props, found);
    if (worked.status === 'rejected') throw worked.reason;
    return { result: { outcome: 'ok', value: worked.value }, removal };
  } finally {
    stopListening();
  }
}

function keepInPlace(
  props: StatementProps,
  abort: AbortSignal,
): { inPlace: TemporaryStatement; renewalsSettled: () => Promise<unknown> } {
  let renewing: Promise<unknown> = Promise.resolve();
  const renew = async () => {
    if (abort.aborted) return;
    props.log.info(
      `The statement of the check is not in the trust policy of ${props.roleName}: adding it again.`,
    );
    renewing = readTrust(props).then((now) => add(props, now));
    await renewing;
  };
  // A statement that is on its way must not arrive after it was removed.
  return { inPlace: { abort, renew }, renewalsSettled: () => Promise.allSettled([renewing]) };
}

/** Removes what a check that was killed left in the trust policy. */
export async function clearLeftovers(
  props: Omit<StatementProps, 'statement' | 'interrupts'>,
): Promise<Removal> {
  return remove(props, await readTrust(props));
}

async function readTrust({
  iam,
  roleName,
}: Pick<StatementProps, 'iam' | 'roleName'>): Promise<PolicyDocument> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
  return decodePolicyDocument(Role?.AssumeRolePolicyDocument);
}

async function add(props: StatementProps, found: PolicyDocument): Promise<Answer<void>> {
  const trust = withoutTemporary(found);
  props.log.info(
    `Adding the statement ${props.statement.Sid ?? ''} to the trust policy of ${props.roleName} for the check.`,
  );
  try {
    return await attempt(() => write(props, { ...trust, Statement: [...trust.Statement, props.statement] }));
  } catch (error) {
    // Without an answer nobody knows whether it was added.
    await remove(props, found);
    throw error;
  }
}

/**
 * An error does not mean that nothing was written: AWS can fail after writing, or reject the retry of a request whose
 * response was lost.
 */
async function removeIfAdded(
  props: StatementProps,
  found: PolicyDocument,
  { status = 0 }: Refusal,
): Promise<Removal | undefined> {
  const added = status >= 500 || (!hasTemporary(found) && hasTemporary(await readTrust(props)));
  return added ? remove(props, found) : undefined;
}

async function remove(
  props: Omit<StatementProps, 'statement' | 'interrupts'>,
  found: PolicyDocument,
): Promise<Removal> {
  const original = withoutTemporary(found);
  let problem = '';
  let stood: boolean | undefined;
  for (const pause of [...removalPauses, undefined]) {
    try {
      const now = await readTrust(props);
      const rest = withoutTemporary(now);
      stood ??= hasTemporary(now);
      // What somebody else wrote in the meantime stays.
      await write(props, samePolicy(rest, original) ? original : rest);
      const trustPolicy = await readTrust(props);
      if (!hasTemporary(trustPolicy))
        return { ...removalOf(props, samePolicy(rest, original)), stood, trustPolicy };
      problem = 'it still stands there';
    } catch (error) {
      if (isCode(error, 'NoSuchEntity')) return removalOf(props, false);
      problem = readAwsError(error).message;
    }
    if (pause !== undefined) await props.clock.sleep(pause);
  }
  props.log.warning(
    `The statement KolenaVerifyTemporary could not be taken out of the trust policy of ${props.roleName}: ${problem}. It expires by itself within minutes; take it out by hand, or run \`command: verify\` again, which clears it.`,
  );
  return { done: false, evidence: `The statement could not be taken back: ${problem}.` };
}

function removalOf({ log, roleName }: Pick<StatementProps, 'log' | 'roleName'>, asFound: boolean): Removal {
  const evidence = asFound
    ? `The trust policy of ${roleName} was read back as it was found, without a statement of the check.`
    : `The trust policy of ${roleName} was changed by somebody else meanwhile; read back, it holds no statement of the check.`;
  log.info(evidence);
  return { done: true, evidence };
}

async function write(
  { iam, roleName }: Pick<StatementProps, 'iam' | 'roleName'>,
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
