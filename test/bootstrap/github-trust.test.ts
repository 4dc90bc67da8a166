import { assert, asyncProperty, constantFrom, record, stringMatching, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeployMode } from '../../bootstrap/deploy-role-policy.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { bootstrapStack, trustPolicyOf } from '../support/bootstrap.ts';
import { trustsToken } from '../support/gate/sts.ts';

const accountId = '111122223333';
const github = 'token.actions.githubusercontent.com';
const given = {
  Repository: 'my-org/my-repo',
  Environment: 'production',
  Workflows: 'kolena-access.yml,kolena-drift.yml',
};

const trust = (mode: DeployMode, parameters: Readonly<Record<string, string>> = given) =>
  trustPolicyOf(bootstrapStack(parameters), mode);

type Claims = Readonly<Record<string, string>>;

/** What GitHub writes into the token of a job that each role is for. */
const tokens: Readonly<Record<DeployMode, Claims>> = {
  plan: {
    iss: `https://${github}`,
    aud: 'sts.amazonaws.com',
    sub: 'repo:my-org@123456/my-repo@456789:pull_request',
    repository_id: '456789',
    repository_owner_id: '123456',
    ref: 'refs/pull/7/merge',
    job_workflow_ref: 'my-org/my-repo/.github/workflows/kolena-access.yml@refs/pull/7/merge',
  },
  deploy: {
    iss: `https://${github}`,
    aud: 'sts.amazonaws.com',
    sub: 'repo:my-org@123456/my-repo@456789:environment:production',
    repository_id: '456789',
    repository_owner_id: '123456',
    ref: 'refs/heads/main',
    environment: 'production',
    job_workflow_ref: 'my-org/my-repo/.github/workflows/kolena-access.yml@refs/heads/main',
  },
};

/** Whether the role lets the token in, decided by an engine that is not ours. */
const accepts = (trustPolicy: PolicyDocument, claims: Claims) =>
  trustsToken({
    trustPolicy,
    claims,
    accountId,
    form: new URLSearchParams({
      RoleArn: `arn:aws:iam::${accountId}:role/r`,
      RoleSessionName: 'GitHubActions',
    }),
  });

/** The policy without all conditions but one key's. */
function byOneKey(policy: PolicyDocument, key: string): PolicyDocument {
  const [statement] = policy.Statement;
  const Condition = Object.fromEntries(
    Object.entries(statement?.Condition ?? {}).flatMap(([operator, keys]) => {
      const kept = Object.entries(keys).filter(([name]) => name === `${github}:${key}`);
      return kept.length === 0 ? [] : [[operator, Object.fromEntries(kept)]];
    }),
  );
  return { ...policy, Statement: [{ ...statement, Condition } as PolicyDocument['Statement'][number]] };
}

describe.each(['plan', 'deploy'] as const)('the trust policy of the %s role', (mode) => {
  const token = tokens[mode];

  it("lets the repository's own job in, by both spellings of sub", async () => {
    expect(await accepts(trust(mode), token)).toBe(true);
    const former = token['sub']?.replace(/@\d+/g, '') ?? '';
    expect(former).toMatch(/^repo:my-org\/my-repo:/);
    expect(await accepts(trust(mode), { ...token, sub: former })).toBe(true);
  });

  const elsewhere: readonly [string, string][] = [
    ['aud', 'https://github.com/my-org'],
    ['sub', 'repo:my-org/other:pull_request'],
    ['sub', 'repo:my-org@123456/my-repo@1:environment:production'],
    ['sub', 'repo:my-org/my-repo:ref:refs/heads/feature'],
    ['sub', 'repo:my-org/my-repo:environment:staging'],
    ['repository_id', '456788'],
    ['repository_owner_id', '1'],
    ['ref', 'refs/heads/feature'],
    ['ref', 'refs/tags/main'],
    ['job_workflow_ref', 'my-org/my-repo/.github/workflows/other.yml@refs/heads/main'],
    ['job_workflow_ref', 'my-org/other/.github/workflows/kolena-access.yml@refs/heads/main'],
    ...(mode === 'deploy'
      ? ([
          ['environment', 'staging'],
          ['ref', 'refs/pull/7/merge'],
          ['job_workflow_ref', 'my-org/my-repo/.github/workflows/kolena-access.yml@refs/heads/feature'],
        ] as [string, string][])
      : []),
  ];

  it.each(elsewhere)('refuses a token whose %s is %s, by that condition alone', async (claim, value) => {
    expect(await accepts(trust(mode), { ...token, [claim]: value })).toBe(false);
    const alone = byOneKey(trust(mode), claim);
    expect(await accepts(alone, token)).toBe(true);
    expect(await accepts(alone, { ...token, [claim]: value })).toBe(false);
  });

  it.each(Object.keys(token).filter((claim) => claim !== 'iss'))(
    'refuses a token without %s',
    async (claim) => {
      const rest = Object.fromEntries(Object.entries(token).filter(([name]) => name !== claim));
      expect(await accepts(trust(mode), rest)).toBe(false);
    },
  );

  it('refuses a workflow of another repository whose name holds this one, with or without other claims', async () => {
    // The name of a workflow may hold anything; an organization may write it into `sub`.
    const sub = 'repo:my-org@1/playground@3:workflow:x/my-repo@1:ref:refs/heads/main';
    expect(await accepts(byOneKey(trust(mode), 'sub'), { ...token, sub })).toBe(false);
    expect(await accepts(trust(mode), { ...token, sub })).toBe(false);
  });

  it('fits the 2,048 characters that a role takes, with three workflows and long names', () => {
    const policy = trust(mode, {
      Repository: 'a-rather-long-organization/and-a-rather-long-repository',
      Environment: 'production-environment',
      Workflows: 'kolena-access.yml,kolena-drift.yml,kolena-offboarding.yml',
    });
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(2048);
  });

  it('writes parameters into one statement that asks for everything together', () => {
    expect(trust(mode).Statement).toHaveLength(1);
    expect(JSON.stringify(trust(mode))).not.toMatch(/ForAllValues|ForAnyValue|IfExists|\$\{|"\*"/);
  });
});

const identifier = stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const number = stringMatching(/^[1-9][0-9]{0,6}$/);

/** Jobs of any repository, branch, environment and event, with the `sub` that GitHub would write. */
const jobs: Arbitrary<Claims> = record({
  owner: constantFrom('my-org', 'my-or', 'my-orgs', 'x'),
  name: constantFrom('my-repo', 'my-repos', 'repo', 'my-repo-2'),
  ownerId: constantFrom('123456', '12345', '1234567'),
  repositoryId: constantFrom('456789', '45678', '4567890'),
  numbered: constantFrom(true, false),
  context: constantFrom(
    'pull_request',
    'ref:refs/heads/main',
    'environment:production',
    'ref:refs/heads/x',
    'environment:main',
  ),
  tail: constantFrom('', ':x', '/my-repo', ':repo:my-org/my-repo:pull_request'),
  word: identifier,
  other: number,
}).map(({ owner, name, ownerId, repositoryId, numbered, context, tail, word, other }) => ({
  sub: `repo:${owner}${numbered ? `@${ownerId}` : ''}/${name}${numbered ? `@${repositoryId}` : ''}:${context}${tail}`,
  repository_id: repositoryId,
  repository_owner_id: ownerId,
  word,
  other,
  belongs: String(
    owner === 'my-org' &&
      name === 'my-repo' &&
      tail === '' &&
      (!numbered || (ownerId === '123456' && repositoryId === '456789')),
  ),
  context,
}));

describe('no sub matches that does not belong to the repository', () => {
  it.each([
    ['plan', ['pull_request', 'ref:refs/heads/main']],
    ['deploy', ['environment:production']],
  ] as const)('%s, by sub alone', async (mode, contexts) => {
    const policy = byOneKey(trust(mode), 'sub');
    await assert(
      asyncProperty(jobs, async ({ belongs, context = '', ...claims }) => {
        const expected = belongs === 'true' && (contexts as readonly string[]).includes(context);
        expect(await accepts(policy, { ...tokens[mode], ...claims })).toBe(expected);
      }),
    );
  });
});

describe('variants of the stack', () => {
  it('without an environment, the deploy role trusts the branch, and no job in an environment', async () => {
    const policy = trust('deploy', {});
    const onBranch = { ...tokens.deploy, sub: 'repo:my-org/my-repo:ref:refs/heads/main' };
    expect(await accepts(policy, onBranch)).toBe(true);
    expect(await accepts(policy, tokens.deploy)).toBe(false);
  });

  it('spells a colon of an environment as GitHub does', async () => {
    const sub = 'repo:my-org/my-repo:environment:prod%3Aeu west';
    const claims = { ...tokens.deploy, sub, environment: 'prod:eu west' };
    expect(await accepts(trust('deploy', { Environment: 'prod:eu west' }), claims)).toBe(true);
  });

  it('the plan role also serves the merge queue', async () => {
    const ref = 'refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef';
    const claims = { ...tokens.plan, sub: `repo:my-org/my-repo:ref:${ref}`, ref };
    expect(await accepts(trust('plan', {}), claims)).toBe(true);
  });

  it("takes an organization's own sub, with the context, with more behind it, and without", async () => {
    const policy = trust('deploy', { Subject: 'repository_id:456789' });
    const context = 'repository_id:456789:ref:refs/heads/main';
    for (const sub of ['repository_id:456789', context, `${context}:workflow:Kolena access`])
      expect(await accepts(policy, { ...tokens.deploy, sub }), sub).toBe(true);
    for (const sub of [
      'repository_id:4567890',
      'repository_id:456789:ref:refs/heads/x',
      tokens.deploy['sub'] ?? '',
    ])
      expect(await accepts(policy, { ...tokens.deploy, sub }), sub).toBe(false);
  });

  it('asks a GitHub Enterprise Server for audience and sub, all that STS reads there', async () => {
    const issuer = 'github.example.com/_services/token';
    const parameters = {
      OidcIssuer: issuer,
      RepositoryId: '',
      RepositoryOwnerId: '',
      Workflows: 'kolena-access.yml',
    };
    const policy = trust('deploy', parameters);
    const keys = Object.values(policy.Statement[0]?.Condition ?? {}).flatMap(Object.keys);
    expect(keys).toEqual([`${issuer}:aud`, `${issuer}:sub`]);
    const claims = {
      iss: `https://${issuer}`,
      aud: 'sts.amazonaws.com',
      sub: 'repo:my-org/my-repo:ref:refs/heads/main',
    };
    expect(await accepts(policy, claims)).toBe(true);
    expect(await accepts(policy, { ...claims, sub: 'repo:my-org/my-repo:ref:refs/heads/x' })).toBe(false);
    const own = trust('deploy', { ...parameters, Subject: 'repo:my-org/my-repo' });
    expect(await accepts(own, { ...claims, sub: 'repo:my-org/my-repo' })).toBe(false);
  });

  it('keeps the claims on ghe.com and on an enterprise of its own', () => {
    for (const OidcIssuer of ['token.actions.acme.ghe.com', `${github}/acme`])
      expect(JSON.stringify(trust('plan', { OidcIssuer }))).toContain(
        `"${OidcIssuer}:repository_id":"456789"`,
      );
  });
});
