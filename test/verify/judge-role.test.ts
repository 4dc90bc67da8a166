import { expect, test } from 'vitest';
import type { ObservedRole } from '../../src/access/observed.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import { judgeRole } from '../../src/verify/judge-role.ts';
import { expectations, observations } from './good.ts';

const role = observations.role as ObservedRole;
const edge = 'arn:aws:iam::111122223333:policy/Edge';

test.each<[string, string, Partial<Expectations['role']>, Partial<ObservedRole>]>([
  ['that the config names', 'pass', { permissionsBoundaryArn: edge }, { permissionsBoundaryArn: edge }],
  ['that the config does not name', 'warning', {}, { permissionsBoundaryArn: edge }],
  ['that was taken off', 'fail', { permissionsBoundaryArn: edge }, {}],
  [
    'other than the config names',
    'fail',
    { permissionsBoundaryArn: edge },
    { permissionsBoundaryArn: `${edge}2` },
  ],
])('A permissions boundary %s: %s.', (_, status, wanted, seen) => {
  const checks = judgeRole(
    { ...expectations, role: { ...expectations.role, ...wanted } },
    { ...observations, role: { ...role, ...seen } },
  );
  const check = checks.find(({ id }) => id === 'role-settings');
  expect(check?.status).toBe(status);
  expect(check?.evidence).toContain(edge);
});

test('A policy that is not as the config says is named, and its neighbour is not.', () => {
  const [policy] = expectations.policies;
  const [live] = observations.policies;
  if (policy === undefined || live === undefined) throw new Error('there is a policy');
  const second = { ...live, name: 'Kolena-2', document: { ...live.document, Statement: [] } };
  const checks = judgeRole(
    { ...expectations, policies: [policy, { ...policy, name: 'Kolena-2' }] },
    { ...observations, policies: [live, second] },
  );
  expect(checks.find(({ id }) => id === 'policies')).toMatchObject({
    status: 'fail',
    evidence: 'Kolena-2 not as the config says.',
  });
});
