import { defined } from '../base/defined.ts';
import type { Problem } from '../problem/problem.ts';
import { checks, idOf, isOfKind, type KindWith, type Subject, titleOf, type CheckStatus } from './checks.ts';

/** One proven, refuted or unprovable sentence about the access. */
export interface Check {
  /** Stable, kebab-case, with its subject where there are several: `lists:share-with-kolena`, `trust-policy`. */
  readonly id: string;
  /** A sentence in the present tense: "Kolena lists s3://share-with-kolena." */
  readonly title: string;
  readonly status: CheckStatus;
  /** What was seen. */
  readonly evidence: string;
  /** The next step; present whenever the status is `fail`. */
  readonly remedy?: string;
}

/** The check passed, and this was seen. */
export function pass(subject: Subject<KindWith<'pass'>>, evidence: string): Check {
  return { ...named(subject, 'pass'), evidence };
}

/** The check failed: what was seen, and the next step. @default remedy: the general one of the catalogue */
export function fail(subject: Subject<KindWith<'fail'>>, evidence: string, remedy?: string): Check {
  return { ...named(subject, 'fail'), evidence, remedy: remedy ?? checks[subject.kind].remedy };
}

/** AWS refused what it must allow, with this code: never without the cause. */
export function failFor(subject: Subject<KindWith<'fail'>>, code: string, problem: Problem): Check {
  return fail(subject, `${problem.message} (${code})`, problem.remedy);
}

/** Nothing failed, but somebody should know. @default remedy: the general one of the catalogue */
export function warning(subject: Subject<KindWith<'warning'>>, evidence: string, remedy?: string): Check {
  return { ...named(subject, 'warning'), evidence, remedy: remedy ?? checks[subject.kind].remedy };
}

/** This run had no way to find out. */
export function unprovable(subject: Subject, evidence: string, remedy?: string): Check {
  return { ...named(subject, 'unprovable'), evidence, ...defined({ remedy }) };
}

function named(subject: Subject, status: CheckStatus): Pick<Check, 'id' | 'title' | 'status'> {
  return { id: idOf(subject), title: titleOf(subject, status), status };
}

/** Whether nothing was seen to be wrong, and at least one check passed by looking at AWS. */
export function isUnrefuted(all: readonly Check[]): boolean {
  return all.some(({ status }) => status === 'pass') && all.every(({ status }) => status !== 'fail');
}

/** Without these nothing is proven: that Kolena gets in, and that it gets nothing but what the config says. */
const needed = [
  'lists',
  'other-policies',
  'denies-write',
  'denies-delete',
  'denies-outside-prefix',
  'denies-other-buckets',
  'simulation',
] as const;

/** Whether the access is proven, and has not ended: a session of the role listed and tried to read, and nothing was seen to be wrong. */
export function isVerified(all: readonly Check[]): boolean {
  return (
    isUnrefuted(all) &&
    !all.some(({ id }) => isOfKind(id, 'ended')) &&
    all.every(({ id, status }) => status !== 'unprovable' || !needed.some((kind) => isOfKind(id, kind)))
  );
}
