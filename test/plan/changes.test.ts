import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readChanges } from '../../src/plan/changes.ts';

/** Recorded from Terraform 1.11.4 and AWS provider 5.100.0 on an emulated AWS. */
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const recorded = (name: string): unknown => JSON.parse(fixture(`${name}.json`));
const POLICY = 'aws_iam_policy.kolena';
const ROLE = 'aws_iam_role.kolena';
const ATTACHMENT = 'aws_iam_role_policy_attachment.kolena';
const CORS = 'aws_s3_bucket_cors_configuration.bucket_share-with-kolena';

function planOf(change: object, more: object = {}): unknown {
  return { resource_changes: [{ address: 'x.y', mode: 'managed', type: 'x', change }], ...more };
}

describe('readChanges', () => {
  it.each([
    ['create', ['create', 'create', 'create', 'create'], false],
    ['adopt', ['no-op', 'no-op', 'no-op', 'no-op'], true],
    ['adopt-change', ['update', 'no-op', 'no-op', 'update'], true],
    ['replace', ['no-op', 'replace', 'replace', 'no-op'], false],
    ['forget', ['no-op', 'no-op', 'no-op', 'forget'], false],
    ['destroy', ['delete', 'delete', 'delete', 'forget'], false],
  ])('tells the actions of a recorded plan: %s', (name, actions, imported) => {
    const changes = readChanges(recorded(name));
    expect(changes.map(({ address }) => address)).toEqual([POLICY, ROLE, ATTACHMENT, CORS]);
    expect(changes.map(({ action }) => action)).toEqual(actions);
    expect(changes.map((change) => change.imported)).toEqual(Array(4).fill(imported));
  });

  it('leaves out values that are known only after apply', () => {
    const role = readChanges(recorded('create')).find(({ address }) => address === ROLE);
    expect(role?.before).toBeUndefined();
    expect(role?.after).toMatchObject({ name: 'KolenaS3ReadAccess', max_session_duration: 3600 });
    expect(Object.keys(role?.after ?? {})).not.toContain('arn');
  });

  it('leaves out sensitive and unknown parts, however deep', () => {
    const plan = planOf({
      actions: ['update'],
      before: { secret: 'b', list: ['s', 'open'], open: 1 },
      before_sensitive: { secret: true, list: [true, false] },
      after: { secret: 'a', list: [null, 's', 'open'], nested: { secret: 's', open: null } },
      after_unknown: { list: [true, false, false], later: true },
      after_sensitive: { secret: true, list: [false, true, false], nested: { secret: true } },
    });
    const [change] = readChanges(plan);
    expect(change?.before).toEqual({ list: ['open'], open: 1 });
    expect(change?.after).toEqual({ list: ['open'], nested: { open: null } });
  });

  it('leaves out an attribute set that is sensitive as a whole', () => {
    const plan = planOf({
      actions: ['create'],
      before: null,
      after: { a: 1 },
      after_unknown: {},
      after_sensitive: true,
    });
    expect(readChanges(plan)[0]).toEqual({
      address: 'x.y',
      type: 'x',
      action: 'create',
      imported: false,
    });
  });

  it('takes a replacement in either order', () => {
    for (const actions of [
      ['create', 'delete'],
      ['delete', 'create'],
    ]) {
      expect(readChanges(planOf({ actions }))[0]?.action).toBe('replace');
    }
  });

  it('sorts by address', () => {
    const plan = recorded('create') as { resource_changes: unknown[] };
    plan.resource_changes.reverse();
    expect(readChanges(plan)).toEqual(readChanges(recorded('create')));
  });

  it('ignores data sources', () => {
    const read = { address: 'data.x.y', mode: 'data', type: 'x', change: { actions: ['read'] } };
    expect(readChanges({ resource_changes: [read] })).toEqual([]);
  });

  it('takes a plan without resources', () => {
    expect(readChanges({ format_version: '1.2', complete: true })).toEqual([]);
  });

  it.each([
    ['errored', planOf({ actions: ['create'] }, { errored: true }), /ended with errors/],
    ['incomplete', planOf({ actions: ['create'] }, { complete: false }), /incomplete/],
    ['deferred', planOf({ actions: ['create'] }, { deferred_changes: [{}] }), /deferred 1 resources/],
    ['of an unknown action', planOf({ actions: ['create', 'forget'] }), /\["create","forget"\] x\.y/],
    ['not a plan', { resource_changes: 'none' }, /not a plan/],
    ['nothing', undefined, /not a plan/],
  ])('refuses a plan that is %s', (_, plan, message) => {
    expect(() => readChanges(plan)).toThrow(
      expect.objectContaining({ reason: 'plan-failed', message: expect.stringMatching(message) as string }),
    );
  });
});
