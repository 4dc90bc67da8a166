import { describe, expect, it } from 'vitest';
import { decideAccess } from '../../src/access/decide-access.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { temporaryStatement } from '../../src/iam/temporary-statement.ts';
import { trustPolicy } from '../../src/iam/trust-policy.ts';
import { principalArn } from '../config/configs.ts';
import { bucketOf, caller, policyOf, roleOf } from './world.ts';

const now = new Date('2026-11-25T10:00:00Z');
const temporary = (minutes: number) =>
  temporaryStatement({ principalArn: caller.arn, expires: new Date(now.getTime() + minutes * 60_000) });
const config = parseAccessConfig({ buckets: ['share-with-kolena'], 'kolena-principal-arn': principalArn });
const rest = trustPolicy({ principalArn });

/** What shall be trusted beside a live trust policy. */
function trustBeside(minutes: readonly number[], live = rest) {
  const document = { ...live, Statement: [...live.Statement, ...minutes.map(temporary)] };
  const observed = {
    caller,
    role: roleOf({ trustPolicy: document }),
    policies: [policyOf()],
    buckets: { 'share-with-kolena': bucketOf('share-with-kolena') },
  };
  return decideAccess(config, observed, { region: 'us-east-1', now }).role?.trustPolicy;
}

describe('the statement of a check', () => {
  it('the statement of a check that runs is looked through: nothing changes', () => {
    expect(trustBeside([5])).toEqual({ ...rest, Statement: [...rest.Statement, temporary(5)] });
  });

  it('the statement of a check that expired is taken away, also beside one that runs', () => {
    expect(trustBeside([-1])).toEqual(rest);
    expect(trustBeside([-1, 5])).toEqual({ ...rest, Statement: [...rest.Statement, temporary(5)] });
  });

  it('goes with the old document where trust changes anyway', () => {
    const other = trustPolicy({ principalArn, externalId: 'old' });
    expect(trustBeside([5], other)).toEqual(rest);
  });
});
