import { STSServiceException } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';

import { credentialsError } from '../../src/problem/credentials-error.ts';
import { ambientError, emptySourceError, missingCredentials } from '../../src/problem/sign-in-error.ts';
import type { IdTokenClaims } from '../../src/iam/id-token.ts';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { webIdentityError } from '../../src/problem/web-identity-error.ts';
import { UserError } from '../../src/base/errors.ts';

const region = 'ap-south-2';

const aws = (name: string, message: string) =>
  new STSServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 403 } });

const node = (code: string, message: string, route: object = { host: 'sts.ap-south-2.amazonaws.com' }) =>
  Object.assign(new Error(message), { code, ...route });

const proxied = { host: 'sts.ap-south-2.amazonaws.com', proxy: 'http://proxy.corp:3128' };

/** Error → what its message and its remedy have to say. Codes and words as AWS and Node give them. */
const calls: [Error, RegExp, RegExp][] = [
  [
    aws('InvalidClientTokenId', 'The security token included in the request is invalid'),
    /does not know the access key.*ap-south-2.*token included/s,
    /AWS_SESSION_TOKEN.*partition/s,
  ],
  [
    aws('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    /does not know the access key/,
    /exists and is active/,
  ],
  [
    aws('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'),
    /does not exist in our records/,
    /exists and is active/,
  ],
  [
    aws(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    ),
    /secret access key does not belong/,
    /AWS_SECRET_ACCESS_KEY/,
  ],
  [
    aws(
      'SignatureDoesNotMatch',
      'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)',
    ),
    /clock is off.*20260101T000000Z/,
    /chronyd/,
  ],
  [
    aws(
      'SignatureDoesNotMatch',
      'Signature not yet current: 20260101T001500Z is still later than 20260101T000500Z',
    ),
    /clock is off/,
    /chronyd/,
  ],
  [
    aws('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'),
    /clock is off/,
    /chronyd/,
  ],
  [
    aws('ExpiredToken', 'The security token included in the request is expired'),
    /credentials have expired/,
    /role-to-assume, which renews them/,
  ],
  [
    aws('ExpiredTokenException', 'The security token included in the request is expired'),
    /credentials have expired/,
    /aws sso login/,
  ],
  [
    aws('RegionDisabledException', 'STS is not activated in this region for account:111122223333.'),
    /not active in ap-south-2/,
    /Activate STS for ap-south-2.*aws-region/s,
  ],
  [
    aws('OptInRequired', 'The AWS Access Key Id needs a subscription for the service'),
    /is not allowed to use ap-south-2/,
    /Enable ap-south-2/,
  ],
  [
    node('ENOTFOUND', 'getaddrinfo ENOTFOUND sts.ap-south-2.amazonaws.com'),
    /sts\.ap-south-2\.amazonaws\.com cannot be resolved/,
    /aws-region and AWS_ENDPOINT_URL.*HTTPS_PROXY/s,
  ],
  [
    node('ENOTFOUND', 'getaddrinfo ENOTFOUND proxy.corp', proxied),
    /through the proxy http:\/\/proxy\.corp:3128/,
    /host name in HTTPS_PROXY/,
  ],
  [
    node('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:443'),
    /No connection to sts\.ap-south-2.*10\.0\.0\.1:443/,
    /set HTTPS_PROXY/,
  ],
  [
    node('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:3128', proxied),
    /through the proxy http:\/\/proxy\.corp:3128/,
    /Check HTTPS_PROXY.*NO_PROXY/s,
  ],
  [node('ETIMEDOUT', 'connect ETIMEDOUT'), /No connection to sts/, /reach sts\.ap-south-2/],
  [
    Object.assign(new Error('no connection within 5000 ms'), { name: 'TimeoutError' }),
    /No connection to AWS.*5000 ms/,
    /HTTPS_PROXY/,
  ],
  [
    node('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', proxied),
    /proxy\.corp:3128 is not trusted \(SELF_SIGNED_CERT_IN_CHAIN\)/,
    /AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS/,
  ],
  [
    node('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate'),
    /not trusted/,
    /AWS_CA_BUNDLE/,
  ],
  [node('CERT_HAS_EXPIRED', 'certificate has expired'), /not valid at the runner's time/, /clock/],
  [
    node('ERR_TLS_CERT_ALTNAME_INVALID', "Host: a. is not in the cert's altnames: DNS:b"),
    /is for another host.*DNS:b/,
    /AWS_ENDPOINT_URL/,
  ],
  [
    node(
      'ERR_PROXY_REFUSED',
      'The proxy http://proxy.corp:3128 answered 407 Proxy Authentication Required.',
      proxied,
    ),
    /way to sts\.ap-south-2.*407/,
    /USER:PASSWORD/,
  ],
  [
    node('ERR_PROXY_REFUSED', 'The proxy http://proxy.corp:3128 answered 403 Forbidden.', proxied),
    /403 Forbidden/,
    /let sts\.ap-south-2\.amazonaws\.com through.*NO_PROXY/s,
  ],
];

describe('any call', () => {
  test.each(calls)('%s', (error, message, remedy) => {
    const explained = credentialsError(error, { region });
    expect(explained).toMatchObject({ reason: 'credentials', cause: error });
    expect(explained?.message).toMatch(message);
    expect(explained?.remedy).toMatch(remedy);
  });

  test.each([aws('AccessDenied', 'no'), aws('NoSuchEntity', 'no'), new Error('anything'), 'text', undefined])(
    '%s is for the caller to explain',
    (error) => {
      expect(credentialsError(error, { region })).toBeUndefined();
    },
  );

  test('a UserError stays what it is', () => {
    const error = missingCredentials({});
    expect(credentialsError(error, { region })).toBe(error);
    expect(ambientError(error, region)).toBe(error);
  });
});

const roleArn = 'arn:aws:iam::111122223333:role/deploy';
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'sts.amazonaws.com',
  sub: 'repo:a@1/b@2:pull_request',
};
const request = { region, roleArn, audience: 'sts.amazonaws.com', durationSeconds: 7200, claims };

const webIdentity: [Error, RegExp, RegExp][] = [
  [
    aws('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    /role\/deploy.*sub: repo:a@1\/b@2:pull_request.*aud: sts.*iss: https.*"repo:a\/b:pull_request" does not match/s,
    /Set role-to-assume to the plan role/,
  ],
  [
    aws(
      'InvalidIdentityTokenException',
      'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com',
    ),
    /Account 111122223333 has no OIDC provider/,
    /--url https:\/\/token\.actions\.githubusercontent\.com --client-id-list sts\.amazonaws\.com/,
  ],
  [aws('InvalidIdentityTokenException', 'Incorrect token audience'), /audience.*aud: sts/s, /client IDs/],
  [
    aws('InvalidIdentityTokenException', "Couldn't retrieve verification key from your identity provider"),
    /verification key/,
    /openid-configuration.*Enterprise Server/s,
  ],
  [
    aws(
      'ExpiredTokenException',
      'Token expired: current date/time 1 must be before the expiration date/time 0',
    ),
    /expired that was fetched a moment ago/,
    /clock/,
  ],
  [
    aws('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
    /role-duration-seconds 7200.*MaxSessionDuration/,
    /Lower role-duration-seconds.*raise/s,
  ],
  [
    aws('ValidationError', 'Request ARN is invalid'),
    /role-to-assume arn:aws:iam::111122223333:role\/deploy: Request ARN is invalid/,
    /arn:aws:iam::123456789012:role\/NAME/,
  ],
  [
    aws('IDPCommunicationErrorException', 'An error occurred'),
    /could not reach the token's issuer/,
    /Run the job again/,
  ],
  [
    aws('RegionDisabledException', 'STS is not activated in this region'),
    /not active in ap-south-2/,
    /Activate STS/,
  ],
  [
    node('ENOTFOUND', 'getaddrinfo ENOTFOUND sts.ap-south-2.amazonaws.com'),
    /cannot be resolved/,
    /aws-region/,
  ],
  [
    aws('PackedPolicyTooLarge', 'Packed size is too large'),
    /role\/deploy failed \(PackedPolicyTooLarge\): Packed size is too large/,
    /role-to-assume/,
  ],
];

describe('assuming a role with an ID token', () => {
  test.each(webIdentity)('%s', (error, message, remedy) => {
    const explained = webIdentityError(error, request);
    expect(explained).toMatchObject({ reason: 'credentials', cause: error });
    expect(explained.message).toMatch(message);
    expect(explained.remedy).toMatch(remedy);
  });

  const remedyFor = (more: Partial<IdTokenClaims>) =>
    webIdentityError(aws('AccessDenied', 'Not authorized'), { ...request, claims: { ...claims, ...more } })
      .remedy;

  test.each<Partial<IdTokenClaims>>([
    { sub: 'repo:a@1/b@2:pull_request' },
    { sub: 'repo:a@1/b@2:pull_request:actor:octocat' },
    { sub: 'repo:a/b:environment:production', event: 'pull_request' },
    { sub: 'repo:a/b:ref:refs/heads/main', event: 'pull_request_target' },
    { sub: 'repo:a/b:ref:refs/heads/gh-readonly-queue/main/pr-7-0123' },
  ])(
    'a token of a job of %j, whose code nobody has merged, is sent to the plan role, without a policy',
    (more) => {
      expect(remedyFor(more)).toMatch(/^Set role-to-assume to the plan role/);
      expect(remedyFor(more)).not.toContain('{');
    },
  );

  test.each(['ref:refs/heads/main', 'ref:refs/heads/feature', 'ref:refs/tags/v1'])(
    'of a job of %s without an environment is told to add the one that the trust policy names',
    (context) => {
      const remedy = remedyFor({ sub: `repo:a/b:${context}`, event: 'push' });
      expect(remedy).toContain('add `environment: NAME`');
      expect(remedy).not.toContain('{');
    },
  );

  test('a token of a job of an environment shows the policy that accepts it on this branch alone', () => {
    const remedy = remedyFor({
      sub: 'repo:a/b:environment:production',
      event: 'push',
      ref: 'refs/heads/main',
    });
    const policy = JSON.parse(remedy.slice(remedy.indexOf('{'))) as PolicyDocument;
    expect(policy.Statement).toMatchObject([
      {
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:sub': 'repo:a/b:environment:production',
            'token.actions.githubusercontent.com:ref': 'refs/heads/main',
          },
        },
      },
    ]);
  });

  test('a token with a sub that every job of the repository has is not to be trusted alone', () => {
    expect(remedyFor({ sub: 'repo:a/b' })).toMatch(/trusts every pull request/);
    expect(remedyFor({ sub: 'repo:a/b' })).not.toContain('{');
  });

  test('the refusal says nothing of IDs when the sub has none', () => {
    const old = { ...request, claims: { ...claims, sub: 'repo:a/b:pull_request' } };
    expect(webIdentityError(aws('AccessDenied', 'Not authorized'), old).message).not.toContain(
      'does not match',
    );
  });

  test('the refusal does without claims that could not be read', () => {
    const blind = { region, roleArn, audience: 'sts.amazonaws.com' };
    expect(webIdentityError(aws('AccessDenied', 'Not authorized'), blind).remedy).toContain(
      'Check the trust policy',
    );
  });
});

describe('ambient credentials', () => {
  test('credentials that are not allowed to assume the role of their profile are told the very statement to add', () => {
    const message = `User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    const error = ambientError(aws('AccessDenied', message), region);
    expect(error.message).toContain(message);
    const statement: unknown = JSON.parse(error.remedy.slice(error.remedy.indexOf('{')));
    expect(statement).toEqual({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn });
  });

  test('credentials that are denied explicitly are told that no statement would help', () => {
    const message = `User: x is not authorized to perform: sts:AssumeRole on resource: ${roleArn} with an explicit deny in a service control policy`;
    const error = ambientError(aws('AccessDenied', message), region);
    expect(error.message).toContain('explicit deny in a service control policy');
    expect(error.remedy).not.toContain('{');
  });

  test('credentials that fail in a way of their own keep AWS’s words', () => {
    const expired = Object.assign(new Error('The SSO session associated with this profile has expired.'), {
      name: 'CredentialsProviderError',
    });
    const error = ambientError(expired, region);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('The SSO session associated with this profile has expired.');
  });

  test('credentials that are named but empty are told by their name', () => {
    expect(emptySourceError('AWS_PROFILE', new Error('x')).message).toContain('AWS_PROFILE');
  });

  test('missing credentials are told what to set, in a workflow and elsewhere', () => {
    expect(missingCredentials({ GITHUB_ACTIONS: 'true' }).remedy).toContain('id-token: write');
    expect(missingCredentials({}).remedy).toContain('AWS_PROFILE');
    expect(missingCredentials({ AWS_ACCESS_KEY_ID: '' }).message).toContain(
      'AWS_ACCESS_KEY_ID is set, but empty',
    );
  });
});
