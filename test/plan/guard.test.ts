import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { guardDestroy } from '../../src/plan/guard.ts';
import { type PlannedAction, readChanges, type ResourceChange } from '../../src/plan/changes.ts';

const recorded = (name: string) =>
  readChanges(JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')));

function planned(address: string, action: PlannedAction): ResourceChange[] {
  return [{ address, type: address.split('.')[0] ?? '', action, imported: false }];
}

function refusal(
  changes: readonly ResourceChange[],
  allowDestroy = false,
  expectedDeletes: string[] = [],
): UserError | undefined {
  try {
    guardDestroy(changes, { allowDestroy, expectedDeletes });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

describe('guardDestroy', () => {
  it('names the path that keeps a role where it is', () => {
    const [change] = planned('aws_iam_role.kolena', 'replace');
    if (change === undefined) throw new Error('nothing is planned');
    const moved = { ...change, before: { name: 'K', path: '/team/' }, after: { name: 'K', path: '/' } };
    expect(refusal([moved])?.message).toContain(
      'replace aws_iam_role.kolena ("K", from path /team/ to /: `iam-path: /team/` keeps it)',
    );
  });

  it.each(['create', 'adopt', 'adopt-change', 'forget'])(
    'lets a recorded plan pass that takes nothing away: %s',
    (name) => {
      expect(refusal(recorded(name))).toBeUndefined();
    },
  );

  it('names every role and policy that a recorded plan deletes', () => {
    const error = refusal(recorded('destroy'));
    expect(error?.reason).toBe('destroy-refused');
    expect(error?.message).toContain('delete aws_iam_policy.kolena ("KolenaS3ReadAccess")');
    expect(error?.message).toContain('delete aws_iam_role.kolena ("KolenaS3ReadAccess")');
    expect(error?.remedy).toContain('allow-destroy: true');
  });

  it('refuses a replacement of the role', () => {
    expect(refusal(recorded('replace'))?.message).toContain(
      'replace aws_iam_role.kolena ("KolenaS3ReadAccess")',
    );
  });

  it('lets pass what is allowed', () => {
    expect(refusal(recorded('destroy'), true)).toBeUndefined();
    expect(refusal(recorded('replace'), true)).toBeUndefined();
  });

  it('lets an emptied policy go, and that one alone', () => {
    const expected = ['aws_iam_policy.kolena_2'];
    expect(refusal(planned('aws_iam_policy.kolena_2', 'delete'), false, expected)).toBeUndefined();
    expect(refusal(planned('aws_iam_policy.kolena_3', 'delete'), false, expected)?.reason).toBe(
      'destroy-refused',
    );
    expect(refusal(planned('aws_iam_policy.kolena_2', 'replace'), false, expected)?.reason).toBe(
      'destroy-refused',
    );
  });

  it.each(['delete', 'replace'] as const)('never lets a CORS configuration go by %s', (action) => {
    const address = 'aws_s3_bucket_cors_configuration.bucket_images';
    const error = refusal(planned(address, action), true, [address]);
    expect(error?.reason).toBe('destroy-refused');
    expect(error?.message).toContain(`${action} ${address}`);
    expect(error?.remedy).toContain(`terraform state rm '${address}'`);
  });

  it('lets a CORS configuration be forgotten and an attachment go', () => {
    expect(refusal(planned('aws_s3_bucket_cors_configuration.bucket_images', 'forget'))).toBeUndefined();
    expect(refusal(planned('aws_iam_role_policy_attachment.kolena_2', 'delete'))).toBeUndefined();
  });
});
