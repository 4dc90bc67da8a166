import { describe, expect, test } from 'vitest';

import { acceptingTrustPolicy, idTokenClaims, subjectWithoutIds } from '../../src/iam/id-token.ts';

const jwt = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`;

describe('idTokenClaims', () => {
  const claims = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub: 'repo:a/b:pull_request',
  };

  test('reads issuer, audience and subject, and nothing else', () => {
    expect(idTokenClaims(jwt({ ...claims, actor: 'octocat', jti: 'x' }))).toEqual(claims);
  });

  test('takes the first of several audiences', () => {
    expect(idTokenClaims(jwt({ ...claims, aud: ['one', 'two'] }))?.aud).toBe('one');
  });

  test.each(['', 'abc', 'a.b.c', jwt(null), jwt('text'), jwt({ iss: 'x', aud: 'y' })])(
    '%s has none',
    (token) => {
      expect(idTokenClaims(token)).toBeUndefined();
    },
  );
});

describe('acceptingTrustPolicy', () => {
  // The shape of https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
  test('is the documented policy for github.com', () => {
    const claims = {
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'sts.amazonaws.com',
      sub: 'repo:octo-org/octo-repo:ref:refs/heads/octo-branch',
    };
    expect(acceptingTrustPolicy(claims, 'arn:aws:iam::123456123456:role/deploy')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {
            Federated: 'arn:aws:iam::123456123456:oidc-provider/token.actions.githubusercontent.com',
          },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:ref:refs/heads/octo-branch',
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            },
          },
        },
      ],
    });
  });

  test('names a GitHub Enterprise Server by its own issuer, in the partition of the role', () => {
    const claims = {
      iss: 'https://github.corp.example/_services/token',
      aud: 'sts.amazonaws.com',
      sub: 'repo:a/b:pull_request',
    };
    expect(
      acceptingTrustPolicy(claims, 'arn:aws-us-gov:iam::123456123456:role/deploy').Statement[0],
    ).toMatchObject({
      Principal: {
        Federated: 'arn:aws-us-gov:iam::123456123456:oidc-provider/github.corp.example/_services/token',
      },
      Condition: { StringEquals: { 'github.corp.example/_services/token:sub': 'repo:a/b:pull_request' } },
    });
  });
});

test.each([
  ['repo:octocat@123456/my-repo@456789:ref:refs/heads/main', 'repo:octocat/my-repo:ref:refs/heads/main'],
  ['repo:octocat@123456/my-repo@456789:environment:a@b', 'repo:octocat/my-repo:environment:a@b'],
  ['repo:octocat/my-repo:ref:refs/heads/main', undefined],
  ['repo:octocat/my-repo:ref:refs/heads/user@1/x@2', undefined],
])('%s was %s before the IDs', (sub, before) => {
  expect(subjectWithoutIds(sub)).toBe(before);
});
