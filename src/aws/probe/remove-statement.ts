import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import type { Log } from '../../base/log.ts';
import type { TrustForVerifier } from '../../verify/observations.ts';
import { isCode, readAwsError } from '../../problem/aws-error.ts';
import { holds, readTrust, type RoleTrust, without, writeTrust } from './role-trust.ts';

/** Whether the trust policy was read back without the temporary statement. */
export type Removal = NonNullable<TrustForVerifier['removed']>;

/** What is taken of whom, and how. */
export interface RemovalProps extends RoleTrust {
  readonly statement: Statement;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds between readings: together more than IAM needs to spread a write. */
const pauses = [1000, 2000, 4000, 8000];

/** Takes one statement out and waits until it is read no more; else it warns and leaves the statement to its expiry. */
export async function removeStatement(props: RemovalProps): Promise<Removal> {
  const seen: Sightings = { isWritten: false };
  for (const pause of [...pauses, undefined]) {
    try {
      const done = await look(props, seen);
      if (done !== undefined) return done;
    } catch (error) {
      if (isCode(error, 'NoSuchEntity')) return removed(props, seen, 'gone');
      seen.problem = readAwsError(error).message;
    }
    if (pause !== undefined) await props.clock.sleep(pause);
  }
  const { problem, stood } = seen;
  // The last reading, after a longer time than IAM needs to spread a write, is without it.
  if (problem === undefined) return removed(props, seen, 'changed');
  props.log.warning(
    `The statement ${props.statement.Sid ?? ''} could not be taken out of the trust policy of ${props.roleName}: ${problem}. It expires by itself within minutes; take it out by hand, or run \`command: verify\` again, which clears it.`,
  );
  const evidence = `The statement could not be taken back: ${problem}. It is left to its expiry.`;
  return defined({ done: false, stood, evidence });
}

interface Sightings {
  /** Whether one held the statement before it was taken out; absent where none could be read. */
  stood?: boolean;
  /** What was sent to AWS without the statement, perhaps without an answer. */
  attempted?: PolicyDocument;
  /** Whether AWS took it: a reading that holds the statement is then one from before that. */
  isWritten: boolean;
  last?: PolicyDocument;
  /** Why the last one does not show that the statement is gone. */
  problem?: string | undefined;
}

/** One reading, and the write where it holds the statement; a removal when the reading shows what was written. */
async function look(props: RemovalProps, seen: Sightings): Promise<Removal | undefined> {
  const reading = await readTrust(props);
  seen.last = reading;
  seen.problem = undefined;
  const isThere = holds(reading, props.statement);
  if (!seen.isWritten) {
    seen.stood = seen.stood === true || isThere;
    // It may be a reading from before the statement was added: nothing is written from it.
    if (!isThere) return undefined;
    seen.attempted = without(reading, props.statement);
    await writeTrust(props, seen.attempted);
    seen.isWritten = true;
    return look(props, seen);
  }
  if (isThere) {
    seen.problem = 'it is still read there';
    return undefined;
  }
  const isAsWritten = JSON.stringify(reading) === JSON.stringify(seen.attempted);
  return isAsWritten ? removed(props, seen, 'as-written') : undefined;
}

const outcomes = {
  'as-written': 'was read back as it was found, without a statement of the check',
  changed: 'was changed by somebody else meanwhile; read back, it holds no statement of the check',
  gone: 'is gone with its role',
} as const;

function removed({ log, roleName }: RemovalProps, seen: Sightings, outcome: keyof typeof outcomes): Removal {
  const evidence = `The trust policy of ${roleName} ${outcomes[outcome]}.`;
  log.info(evidence);
  return defined({ done: true, stood: seen.stood, evidence, trustPolicy: seen.last });
}
