import { describe, expect, it } from 'vitest';
import type { DeployMode } from '../../src/bootstrap/deploy-role-actions.ts';
import { githubTrustPolicy, subjectsOf } from '../../src/bootstrap/github-trust.ts';

const repository = { name: 'acme/data', branch: 'main' };
const ids = { owner: '123456', repository: '456789' };

// https://docs.github.com/en/actions/reference/security/oidc
describe('subjectsOf', () => {
  it.each([
    ['deploy', {}, ['repo:acme/data:ref:refs/heads/main', 'repo:acme@*/data@*:ref:refs/heads/main']],
    [
      'deploy',
      { ids },
      ['repo:acme/data:ref:refs/heads/main', 'repo:acme@123456/data@456789:ref:refs/heads/main'],
    ],
    [
      'deploy',
      { ids, environment: 'prod:eu' },
      ['repo:acme/data:environment:prod%3Aeu', 'repo:acme@123456/data@456789:environment:prod%3Aeu'],
    ],
    [
      'plan',
      { ids, environment: 'production' },
      [
        'repo:acme/data:pull_request',
        'repo:acme/data:ref:refs/heads/main',
        'repo:acme/data:ref:refs/heads/gh-readonly-queue/main/*',
        'repo:acme@123456/data@456789:pull_request',
        'repo:acme@123456/data@456789:ref:refs/heads/main',
        'repo:acme@123456/data@456789:ref:refs/heads/gh-readonly-queue/main/*',
      ],
    ],
  ] as const)('%s with %j', (mode, more, subjects) => {
    expect(subjectsOf({ ...repository, ...more }, mode)).toEqual(subjects);
  });
});

describe('githubTrustPolicy', () => {
  const trust = (more: object, mode: DeployMode = 'deploy') =>
    githubTrustPolicy({
      repository: { ...repository, ...more },
      mode,
      providerArn: 'arn:aws:iam::111122223333:oidc-provider/github.example/_services/token',
      issuer: 'github.example/_services/token',
      audience: 'sts.amazonaws.com',
    }).Statement[0];

  it('trusts the provider of the issuer, GitHub Enterprise Server included, by audience and subject', () => {
    expect(trust({ ids })).toEqual({
      Sid: 'GitHubDeploys',
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/github.example/_services/token' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'github.example/_services/token:aud': 'sts.amazonaws.com',
          'github.example/_services/token:sub': subjectsOf({ ...repository, ids }, 'deploy'),
        },
      },
    });
  });

  it('matches by pattern where the numbers of owner and repository are unknown, and a merge queue', () => {
    expect(Object.keys(trust({})?.Condition ?? {})).toEqual(['StringEquals', 'StringLike']);
    expect(Object.keys(trust({ ids }, 'plan')?.Condition ?? {})).toEqual(['StringEquals', 'StringLike']);
  });
});
