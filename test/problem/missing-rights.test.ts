import { describe, expect, it } from 'vitest';
import { missingRightsRemedy, unreadableBuckets } from '../../src/problem/missing-rights.ts';

const session = (role: string) => ({ arn: `arn:aws:sts::111122223333:assumed-role/${role}/GitHubActions` });
const right = { Sid: 'ReadBucketSettings' };
const lists = { Buckets: ['new-bucket'] };

describe('missingRightsRemedy', () => {
  it.each(['KolenaS3Plan', 'KolenaS3Deploy'])('gives %s of the stack the command alone', (role) => {
    const remedy = missingRightsRemedy({ caller: session(role), lists, right });
    expect(remedy).toContain(`--physical-resource-id '${role}'`);
    expect(remedy).toContain("'new-bucket' | tr");
    expect(remedy).not.toContain('ReadBucketSettings');
    expect(remedy).not.toContain('After the apply');
  });

  it('gives a role of another name both, and a user the statement alone', () => {
    const both = missingRightsRemedy({ caller: session('ci'), lists, right });
    expect(both).toContain("--physical-resource-id 'ci'");
    expect(both).toContain('If no stack made ci');
    expect(both).toContain('ReadBucketSettings');
    const user = { arn: 'arn:aws:iam::111122223333:user/me' };
    const alone = missingRightsRemedy({ caller: user, lists, right });
    expect(alone).toContain('ReadBucketSettings');
    expect(alone).not.toContain('cloudformation');
  });

  it('says what drops the former names after a rename', () => {
    const renamed = { RoleName: ['New'], PolicyName: ['New'] };
    const remedy = missingRightsRemedy({ caller: session('KolenaS3Plan'), lists: renamed, right });
    expect(remedy).toContain("'New' | tr");
    expect(remedy).toMatch(/After the apply, this drops the former names:[^]*\nRoleName='New'/);
  });
});

describe('unreadableBuckets', () => {
  it('prints the command that updates the stack for a bucket that its role does not reach', () => {
    const caller = { ...session('KolenaS3Plan'), accountId: '111122223333', partition: 'aws' };
    const cause = new Error('User is not authorized');
    const error = unreadableBuckets(
      [{ kind: 'denied', name: 'new-bucket', owner: 'unknown', cause }],
      caller,
    );
    expect(error?.message).toContain('S3 refuses new-bucket');
    expect(error?.remedy).toContain("'new-bucket' | tr");
  });
});
