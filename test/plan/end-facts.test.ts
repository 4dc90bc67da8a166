import { expect, test } from 'vitest';
import { applied, configOf, emptyWorld, plannedReport } from '../report/world.ts';

const world = emptyWorld({ pictures: {} });
const until = (date: string) => configOf(['pictures'], { 'access-until': date });

test('a later end is a fact of the trust and of every grant, to be approved as they are', () => {
  const { facts = [] } = plannedReport(applied(until('2027-06-30'), world), until('2027-12-31'));
  const coming = facts.filter(({ change, kind }) => change === 'comes' && kind !== 'state');
  expect(coming.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'trust arn:aws:iam::444455556666:role/kolena-platform',
    'grant kolena-public-datasets',
    'grant pictures',
  ]);
  for (const fact of coming) {
    expect(fact.terms).toContain('DateLessThan aws:CurrentTime = 2028-01-01T00:00:00Z');
    expect(fact.needsApproval).toBe(true);
  }
});
