import { expect, test } from 'vitest';
import { nothingObserved } from '../../src/access/observed.ts';
import { factOf, type FactKind } from '../../src/plan/fact.ts';
import { trailResources } from '../../src/plan/drift.ts';
import { policyOf, roleOf } from '../access/world.ts';

const fact = (kind: FactKind, subject = 'pictures') =>
  factOf({ kind, change: 'comes', subject, terms: [], text: '', content: [kind, subject] });
const arn = 'arn:aws:iam::111122223333:policy/KolenaS3ReadAccess';
const observed = {
  ...nothingObserved,
  role: roleOf({ name: 'KolenaS3ReadAccess' }),
  policies: [policyOf({ arn })],
  buckets: { pictures: { name: 'pictures', region: 'eu-west-1', corsRules: [] } },
};

test.each<[string, Parameters<typeof trailResources>[0], object[]]>([
  ['nothing', [], []],
  ['a CORS rule', [fact('cors rule')], [{ name: 'pictures', region: 'eu-west-1' }]],
  ['a CORS rule of a bucket that is gone', [fact('cors rule', 'gone')], []],
  ['the trust', [fact('trust')], [{ name: 'KolenaS3ReadAccess' }]],
  ['a grant', [fact('grant')], [{ name: 'KolenaS3ReadAccess' }, { name: arn }]],
])('of %s that drifted', (_, facts, expected) => {
  expect(trailResources(facts, observed)).toEqual(expected);
});

test('there are at most ten, since CloudTrail answers slowly', () => {
  const names = Array.from({ length: 30 }, (_, at) => `bucket-${at}`);
  const buckets = Object.fromEntries(
    names.map((name) => [name, { name, region: 'us-east-1', corsRules: [] }]),
  );
  const facts = names.map((name) => fact('cors rule', name));
  expect(trailResources(facts, { ...observed, buckets })).toHaveLength(10);
});
