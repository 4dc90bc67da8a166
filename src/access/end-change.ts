import { humanEnd } from '../base/time.ts';
import { statementsOf } from '../iam/compare-policy.ts';
import { endOf, withoutEnd } from '../iam/end-condition.ts';
import type { PolicyDocument, Statement } from '../iam/policy-document.ts';
import { limitFindings, type TrustFinding } from './trust-finding.ts';

/** The documents of a role before and after. */
export interface Documents {
  readonly before: readonly PolicyDocument[];
  readonly after: readonly PolicyDocument[];
}

/** When all grants of statements have ended, undefined when one of them has no end. */
export function lastEnd(statements: readonly Statement[]): string | undefined {
  const ends = allowing(statements).map(endOf);
  return ends.includes(undefined) ? undefined : ends.sort().at(-1);
}

/** How the end of access moves; '' stands for access without an end. */
export function endFindings(was = '', is = ''): TrustFinding[] {
  const [ended, ends] = [humanEnd(was), humanEnd(is)];
  const isLater = Date.parse(is) > Date.parse(was);
  return limitFindings(was || undefined, is || undefined, {
    set: [`ends ${ends}`, `The access ends ${ends}.`],
    lifted: ['no end date', `The access no longer ends ${ended}.`],
    moved: [
      isLater ? 'weaker' : 'stronger',
      `ends ${isLater ? 'later' : 'earlier'}, ${ends}`,
      `The access ends ${ends}. Today it ends ${ended}.`,
    ],
  });
}

/** Takes the end out of documents whose grants all share it: a date that moves is one finding, not one per bucket. */
export function setEndAside({ before, after }: Documents): Documents & { readonly ends: TrustFinding[] } {
  const [was, is] = [endsIn(before), endsIn(after)];
  if (was.length > 1 || is.length > 1) return { before, after, ends: [] };
  const bare = (document: PolicyDocument) => ({
    ...document,
    Statement: statementsOf(document).map(withoutEnd),
  });
  const ends = was.length === 1 && is.length === 1 ? endFindings(was[0], is[0]) : [];
  return { before: before.map(bare), after: after.map(bare), ends };
}

function endsIn(documents: readonly PolicyDocument[]): (string | undefined)[] {
  return [...new Set(allowing(documents.flatMap(statementsOf)).map(endOf))];
}

function allowing(statements: readonly Statement[]): Statement[] {
  return statements.filter(({ Effect }) => Effect === 'Allow');
}
