import { defined } from '../base/defined.ts';
import type { Problem } from '../problem/problem.ts';
import { checks, isOfKind } from './checks.ts';
import type { Refusal } from './observations.ts';
import type { CheckKind, CheckStatus, CheckTexts, StatusOf, ValuesOf } from './checks.ts';

/** One proven, refuted or unprovable sentence about the access, with the evidence that was seen. */
export interface Check {
  /** Stable, kebab-case, with its subject where there are several: `lists:share-with-kolena`, `trust-policy`. */
  readonly id: string;
  /** A sentence in the present tense: "Kolena lists s3://share-with-kolena." */
  readonly title: string;
  readonly status: CheckStatus;
  readonly evidence: string;
  /** The next step; present whenever the status is `fail`. */
  readonly remedy?: string;
}

type Verdict = (evidence: string, remedy?: string) => Check;

/** The verdicts on a check, each with what was seen, and the next step unless the catalogue's general one is enough. */
export type Verdicts<Kind extends CheckKind = CheckKind> = {
  readonly id: string;
  /** This run had no way to find out, and there may be no next step. */
  readonly unprovable: Verdict;
} & { readonly [Status in StatusOf<Kind>]: Verdict };

/** A check of the catalogue, ready for its verdict. @example about('lists', { location: 'images/' }).id // 'lists:images/' */
export function about<Kind extends CheckKind>(kind: Kind, values: ValuesOf<Kind>): Verdicts<Kind> {
  const texts: CheckTexts = checks[kind];
  const id = texts.subject === undefined ? kind : `${kind}:${filled(texts.subject, values)}`;
  const verdict = (status: CheckStatus, general?: string): Verdict => {
    // One that cannot be proven says what a pass would.
    const title = filled(texts[status] ?? texts.pass ?? '', values);
    return (evidence, remedy = general) => ({ id, title, status, evidence, ...defined({ remedy }) });
  };
  return {
    id,
    pass: verdict('pass'),
    fail: verdict('fail', texts.remedy),
    warning: verdict('warning', texts.remedy),
    unprovable: verdict('unprovable'),
  } as Verdicts<Kind>;
}

/** In one go: a value may hold braces of its own. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** AWS refused what it must allow, with this code: never without the cause. */
export function failFor(verdict: Verdicts<'lists'>, { code }: Refusal, { message, remedy }: Problem): Check {
  return verdict.fail(`${message} (${code})`, remedy);
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

/** Whether the access is proven and not over: a session listed and tried to read, and nothing was seen to be wrong. */
export function isVerified(all: readonly Check[]): boolean {
  return (
    isUnrefuted(all) &&
    !all.some(({ id }) => isOfKind(id, 'ended')) &&
    all.every(({ id, status }) => status !== 'unprovable' || !needed.some((kind) => isOfKind(id, kind)))
  );
}
