import { describe, expect, it } from 'vitest';
import { parseAccessConfig } from '../../src/config/parse.ts';
import { UserError } from '../../src/base/errors.ts';
import { bootstrapOf } from '../../src/bootstrap/bootstrap.ts';
import { requireDistinctNames, requireSameStateBucket } from '../../src/bootstrap/bootstrap-requirements.ts';
import { parseBootstrapSettings } from '../../src/bootstrap/bootstrap-settings.ts';

const minimal = { 'github-repository': 'acme/data' };
const config = parseAccessConfig({
  buckets: ['share-with-kolena'],
  'kolena-principal-arn': 'arn:aws:iam::444455556666:root',
});
const bootstrap = (raw: object, createProvider = true) =>
  bootstrapOf({
    settings: parseBootstrapSettings({ ...minimal, ...raw }),
    config,
    caller: { accountId: '111122223333', partition: 'aws' },
    createProvider,
  });

describe('parseBootstrapSettings', () => {
  it('needs a repository alone', () => {
    expect(parseBootstrapSettings(minimal)).toMatchObject({
      branch: 'main',
      audience: 'sts.amazonaws.com',
      'oidc-issuer': 'https://token.actions.githubusercontent.com',
    });
  });

  it.each([
    [{}, /github-repository/],
    [{ ...minimal, branch: 'release/*' }, /branch: a branch name without wildcards/],
    [{ ...minimal, environment: '*' }, /environment/],
    [{ ...minimal, 'github-owner-id': '1' }, /give both or none/],
    [{ ...minimal, 'oidc-issuer': 'http://token.example' }, /oidc-issuer/],
    [{ ...minimal, 'max-session-duration': 60 }, /3600 to 43200/],
    [{ ...minimal, buckets: [] }, /buckets/],
    [{ 'github-repository': 'data', branch: '' }, /2 problems/],
  ])('refuses %j', (raw, message) => {
    expect(() => parseBootstrapSettings(raw)).toThrow(UserError);
    expect(() => parseBootstrapSettings(raw)).toThrow(message);
  });
});

it('takes the numbers of owner and repository with quotes or without', () => {
  expect(
    parseBootstrapSettings({ ...minimal, 'github-owner-id': 123456, 'github-repository-id': '456789' }),
  ).toMatchObject({ 'github-owner-id': '123456', 'github-repository-id': '456789' });
});

describe('requireDistinctNames', () => {
  it.each<[object, RegExp]>([
    [{ 'plan-role-name': 'kolenas3deploy' }, /deploy-role-name and plan-role-name are both kolenas3deploy/],
    [
      { 'deploy-role-name': 'kolenaS3ReadAccess' },
      /deploy-role-name is kolenaS3ReadAccess, as Kolena's role/,
    ],
    [{ 'plan-role-name': 'KolenaS3ReadAccess' }, /plan-role-name is KolenaS3ReadAccess, as Kolena's role/],
    [{ 'state-bucket': 'share-with-kolena' }, /share-with-kolena, which kolena-s3.yml lets Kolena read/],
  ])('refuses %j', (raw, message) => {
    const settings = parseBootstrapSettings({ ...minimal, ...raw });
    expect(() => {
      requireDistinctNames(settings, config);
    }).toThrow(message);
  });
});

describe('requireSameStateBucket', () => {
  const state = { oidcProvider: true, roles: [], stateBucket: 'acme-state' };
  const check = (bucket?: string) => {
    requireSameStateBucket(
      parseBootstrapSettings({ ...minimal, ...(bucket !== undefined && { 'state-bucket': bucket }) }),
      state,
    );
  };

  it('refuses another name, and says how to get there', () => {
    expect(() => {
      check('other-state');
    }).toThrow(/state-bucket is other-state, but .* acme-state, which it never deletes/);
  });

  it.each([undefined, 'acme-state'])('allows %s', (bucket) => {
    expect(() => {
      check(bucket);
    }).not.toThrow();
  });
});

describe('bootstrapOf', () => {
  it('makes a deploy role and a plan-only role, and leaves an existing OIDC provider to its owner', () => {
    expect(bootstrap({}).roles.map(({ mode, name }) => [mode, name])).toEqual([
      ['deploy', 'KolenaS3Deploy'],
      ['plan', 'KolenaS3Plan'],
    ]);
    expect(bootstrap({})).toHaveProperty('oidcProvider');
    expect(bootstrap({}, false)).not.toHaveProperty('oidcProvider');
  });

  it('gives both roles path, boundary and session length, and the state bucket with its lock', () => {
    const boundary = 'arn:aws:iam::111122223333:policy/b';
    const { roles, stateBucket } = bootstrap({
      'iam-path': '/ci/',
      'permissions-boundary-arn': boundary,
      'max-session-duration': 7200,
      'state-bucket': 'acme-state',
      'state-key': 'kolena.tfstate',
    });
    expect(stateBucket).toBe('acme-state');
    for (const role of roles) {
      expect(role).toMatchObject({
        path: '/ci/',
        permissionsBoundaryArn: boundary,
        maxSessionDuration: 7200,
      });
      expect(JSON.stringify(role.documents)).toContain('arn:aws:s3:::acme-state/kolena.tfstate.tflock');
      expect(JSON.stringify(role.trustPolicy)).toContain(
        'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
      );
    }
  });
});
