import type { PolicyDocument, Statement } from '../../iam/policy-document.ts';
import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import type { Log } from '../../base/log.ts';
import type { TrustForVerifier } from '../../verify/observations.ts';
import { isCode, readAwsError } from '../../problem/aws-error.ts';
import { holds, readTrust, type RoleTrust, without, writeTrust } from './role-trust.ts';

/** Whether the trust policy was read back without the temporary statement. */
export type Removal = NonNullable<TrustForVerifier['removed']>;

/** Of whom it is taken, and how. */
export interface RemovalProps extends RoleTrust {
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds between readings: together more than IAM needs to spread a write. */
const pauses = [1000, 2000, 4000, 8000];

/**
 * Takes one statement out of a reading that holds it, and waits until it is read no more. Nothing else is ever written: a
 * reading without the statement may be one from before it was added. Where readings disagree to the end the statement is
 * left to its expiry, with a warning.
 */
export async function removeStatement(props: RemovalProps, statement: Statement): Promise<Removal> {
  const seen: Sightings = { holding: 0, lacking: 0, isWritten: false };
  for (const pause of [...pauses, undefined]) {
    try {
      const done = await look(props, statement, seen);
      if (done !== undefined) return done;
    } catch (error) {
      if (isCode(error, 'NoSuchEntity')) return removed(props, seen, 'gone');
      seen.problem = readAwsError(error).message;
    }
    if (pause !== undefined) await props.clock.sleep(pause);
  }
  // Every reading, over a longer time than IAM needs to spread a write, was without it.
  const somebodyElses = seen.attempted === undefined && seen.holding === 0 && seen.problem === undefined;
  const changedSince =
    seen.attempted !== undefined &&
    seen.problem === undefined &&
    seen.last !== undefined &&
    !holds(seen.last, statement);
  if (somebodyElses || changedSince) return removed(props, seen, 'changed');
  const problem = seen.problem ?? 'readings of the trust policy disagree';
  props.log.warning(
    `The statement ${statement.Sid ?? ''} could not be taken out of the trust policy of ${props.roleName}: ${problem}. It expires by itself within minutes; take it out by hand, or run \`command: verify\` again, which clears it.`,
  );
  return defined({
    done: false,
    stood: stood(seen),
    evidence: `The statement could not be taken back: ${problem}. It is left to its expiry.`,
  });
}

/** What the readings told so far. */
interface Sightings {
  holding: number;
  lacking: number;
  /** What was sent to AWS without the statement, perhaps without an answer. */
  attempted?: PolicyDocument;
  /** Whether AWS took it: a reading that holds the statement is then one from before that. */
  isWritten: boolean;
  last?: PolicyDocument;
  problem?: string | undefined;
}

/** One reading, and the write where it holds the statement; a removal when the reading shows what was written. */
async function look(
  props: RemovalProps,
  statement: Statement,
  seen: Sightings,
): Promise<Removal | undefined> {
  const reading = await readTrust(props);
  seen.last = reading;
  seen.problem = undefined;
  const isThere = holds(reading, statement);
  if (!seen.isWritten) {
    if (isThere) seen.holding += 1;
    else seen.lacking += 1;
    if (!isThere) return undefined;
    const rest = without(reading, statement);
    seen.attempted = rest;
    await writeTrust(props, rest);
    seen.isWritten = true;
    return look(props, statement, seen);
  }
  if (isThere) {
    seen.problem = 'it is still read there';
    return undefined;
  }
  return JSON.stringify(reading) === JSON.stringify(seen.attempted)
    ? removed(props, seen, 'as-written')
    : undefined;
}

function stood({ holding, lacking }: Sightings): boolean | undefined {
  return holding > 0 ? true : lacking > 0 ? false : undefined;
}

const outcomes = {
  'as-written': 'was read back as it was found, without a statement of the check',
  changed: 'was changed by somebody else meanwhile; read back, it holds no statement of the check',
  gone: 'is gone with its role',
} as const;

function removed({ log, roleName }: RemovalProps, seen: Sightings, outcome: keyof typeof outcomes): Removal {
  const evidence = `The trust policy of ${roleName} ${outcomes[outcome]}.`;
  log.info(evidence);
  return defined({ done: true, stood: stood(seen), evidence, trustPolicy: seen.last });
}
