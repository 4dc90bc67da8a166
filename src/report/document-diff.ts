import { normalizeStatements, type NormalizedStatement } from '../iam/compare-policy.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { under, valueLines, type DiffLine } from './diff-line.ts';

/** Two policy documents compared by statement, action, resource and condition; absent ones count as empty. */
export function documentDiff(
  before: PolicyDocument | undefined,
  after: PolicyDocument | undefined,
): DiffLine[] {
  const old = byName(before);
  const wanted = byName(after);
  return [...new Set([...old.keys(), ...wanted.keys()])].flatMap((name) => {
    const lines = under(`statement ${name}`, statementDiff(old.get(name), wanted.get(name)));
    const [heading] = lines;
    return heading?.sign === ' ' ? [{ ...heading, text: `${heading.text} stays as it is` }] : lines;
  });
}

/** Statements by Sid; those without one, or with one that another has too, by position. */
function byName(document: PolicyDocument | undefined): Map<string, NormalizedStatement> {
  const statements = new Map<string, NormalizedStatement>();
  for (const [at, statement] of (document === undefined ? [] : normalizeStatements(document)).entries()) {
    const { sid } = statement;
    statements.set(sid === undefined || statements.has(sid) ? `number ${at + 1}` : sid, statement);
  }
  return statements;
}

function statementDiff(before: NormalizedStatement | undefined, after: NormalizedStatement | undefined) {
  const part = (label: string, values: (statement: NormalizedStatement) => readonly string[]) =>
    valueLines(label, before ? values(before) : [], after ? values(after) : []);
  return [
    ...part('effect', ({ effect }) => [effect]),
    ...part('principal', ({ principals }) => principals),
    ...part('action', ({ actions }) => actions),
    ...part('every action but', ({ notActions }) => notActions),
    ...part('resource', ({ resources }) => resources),
    ...part('every resource but', ({ notResources }) => notResources),
    ...part('condition', ({ conditions }) =>
      conditions.flatMap(({ operator, key, values }) =>
        values.map((value) => `${operator} ${key} = ${value}`),
      ),
    ),
  ];
}
