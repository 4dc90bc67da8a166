import type { PolicyDocument } from '../../iam/policy-document.ts';
import { defined } from '../../base/defined.ts';
import type { Answer, Refusal } from '../../verify/observations.ts';
import { notTrustedAsConfigured } from '../../verify/way-in.ts';
import { abortsMany, interruptedBy, type Interrupts } from './interrupts.ts';
import { removeStatement, type Removal, type RemovalProps } from './remove-statement.ts';
import { holds, readTrust, writeTrust } from './role-trust.ts';
import { attempt } from '../../problem/aws-error.ts';

/** The statement to add, and the role whose trust policy gets it. */
export interface StatementProps extends RemovalProps {
  readonly base: TrustBase;
  readonly interrupts: Interrupts;
}

/** What a reading of the trust policy must be before anything is written on it: IAM may answer by a former one. */
export interface TrustBase {
  /** The trust policy less what the Action's checks added. */
  readonly lessChecks: (reading: PolicyDocument) => PolicyDocument;
  /** Whether it is the role's trust policy as configured, seen without checks. */
  readonly isAsConfigured: (base: PolicyDocument) => boolean;
  /** Whether the former document may still be read, so that waiting for the right one makes sense. */
  readonly justWritten: boolean;
}

/** The temporary statement while it is in place. */
export interface TemporaryStatement {
  /** Aborted when the work has to end. */
  readonly abort: AbortSignal;
  /** Adds the statement again if another check removed it; `too-early` while IAM may answer by what stood before. */
  readonly renew: () => Promise<'renewed' | 'too-early'>;
}

/** Milliseconds between readings of a trust policy that is not yet the one that was written. */
const readingPauses = [1000, 2000, 4000, 8000];

/** Milliseconds for which IAM may answer by what stood before a write. */
const spreading = 10_000;

/** Does `work` while the trust policy holds `statement`, and always removes it. Throws a UserError on a signal. */
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
    const base = await readBase(props, interruption.signal);
    // Nothing is written on a role that is not as configured.
    if (base === undefined) return { result: notTrustedAsConfigured(props.roleName) };
    const added = await add(props, base);
    if (added.outcome === 'refused')
      return defined({ result: added, removal: await removeIfAdded(props, added.refusal) });
    const { inPlace, renewalsSettled } = keepInPlace(props, interruption.signal);
    const [worked] = await Promise.allSettled([Promise.race([work(inPlace), interrupt])]);
    interruption.abort();
    await renewalsSettled();
    const removal = await removeStatement(props);
    if (worked.status === 'rejected') throw worked.reason;
    return { result: { outcome: 'ok', value: worked.value }, removal };
  } finally {
    stopListening();
  }
}

/** The trust policy as configured, less what checks added; `undefined` where no reading is so. */
async function readBase(props: StatementProps, abort: AbortSignal): Promise<PolicyDocument | undefined> {
  const { base, clock } = props;
  for (const pause of [...(base.justWritten ? readingPauses : []), undefined]) {
    const reading = base.lessChecks(await readTrust(props));
    if (base.isAsConfigured(reading)) return reading;
    if (pause !== undefined) await clock.sleep(pause, abort);
  }
  return undefined;
}

function keepInPlace(
  props: StatementProps,
  abort: AbortSignal,
): { inPlace: TemporaryStatement; renewalsSettled: () => Promise<unknown> } {
  let renewing: Promise<unknown> = Promise.resolve();
  let writtenAt = props.clock.now();
  const addAgain = async () => {
    const reading = await readTrust(props);
    const base = props.base.lessChecks(reading);
    if (holds(reading, props.statement) || !props.base.isAsConfigured(base)) return;
    props.log.info(
      `The statement of the check is not in the trust policy of ${props.roleName}: adding it again.`,
    );
    await add(props, base);
    writtenAt = props.clock.now();
  };
  const renew = async () => {
    if (abort.aborted) return 'renewed';
    if (props.clock.now() - writtenAt < spreading) return 'too-early';
    renewing = addAgain();
    await renewing;
    return 'renewed';
  };
  // A statement that is on its way must not arrive after it was removed.
  return { inPlace: { abort, renew }, renewalsSettled: () => Promise.allSettled([renewing]) };
}

async function add(props: StatementProps, base: PolicyDocument): Promise<Answer<void>> {
  props.log.info(
    `Adding the statement ${props.statement.Sid ?? ''} to the trust policy of ${props.roleName} for the check.`,
  );
  try {
    return await attempt(() =>
      writeTrust(props, { ...base, Statement: [...base.Statement, props.statement] }),
    );
  } catch (error) {
    // Without an answer nobody knows whether it was added.
    await removeStatement(props);
    throw error;
  }
}

/** A refusal can follow a write: AWS can fail after it, or reject the retry of a request whose response was lost. */
async function removeIfAdded(props: StatementProps, { status = 0 }: Refusal): Promise<Removal | undefined> {
  const added = status >= 500 || holds(await readTrust(props), props.statement);
  return added ? removeStatement(props) : undefined;
}
