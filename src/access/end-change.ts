import { humanEnd } from '../base/time.ts';
import { statementsOf } from '../iam/compare-policy.ts';
import { endOf, withoutEnd } from '../iam/end-condition.ts';
import type { PolicyDocument, Statement } from '../iam/policy-document.ts';
import type { TrustFinding } from './trust-change.ts';

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

/** How the end of access moves. */
export function endFindings(was: string | undefined, is: string | undefined): TrustFinding[] {
  if (was === is) return [];
  if (is === undefined)
    return [
      {
        effect: 'weaker',
        title: 'no end date',
        sentence: `The access no longer ends ${humanEnd(was ?? '')}.`,
      },
    ];
  const ends = humanEnd(is);
  if (was === undefined)
    return [{ effect: 'stronger', title: `ends ${ends}`, sentence: `The access ends ${ends}.` }];
  const isLater = Date.parse(is) > Date.parse(was);
  return [
    {
      effect: isLater ? 'weaker' : 'stronger',
      title: `ends ${isLater ? 'later' : 'earlier'}, ${ends}`,
      sentence: `The access ends ${ends}. Today it ends ${humanEnd(was)}.`,
    },
  ];
}

/** Takes the end out of documents whose grants all share it: a date that moves is one finding, and not one for each bucket. */
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
