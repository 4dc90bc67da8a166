import { GetOpenIDConnectProviderCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import { refusalOf } from './authorize.ts';
import { isAwsError, type AwsError } from './aws-error.ts';
import type { Identities, Identity } from './identities.ts';
import type { IamView } from './iam-view.ts';
import type { MotoClients } from './moto-clients.ts';
import type { Organization } from './organization.ts';

/** What STS decides with. */
export interface StsParts {
  readonly iam: IamView;
  readonly moto: MotoClients;
  readonly identities: Identities;
  /** `iss` claim → where its keys are, for issuers whose real address this machine cannot reach. */
  readonly issuers: Readonly<Record<string, string>>;
  /** @default none */
  readonly organization?: Organization | undefined;
}

/** AssumeRole by the stored trust policy. */
export async function assumeRole(
  parts: StsParts,
  caller: Identity,
  form: URLSearchParams,
): Promise<Identity | AwsError> {
  const arn = form.get('RoleArn') ?? '';
  const { accountId, roleName } = roleOf(arn);
  const trustPolicy = await parts.iam.trustPolicy(accountId, roleName);
  const context = contextOf(form);
  const permission = { action: 'sts:AssumeRole', resource: arn, context };
  const entity = await parts.iam.entity(caller);
  const refusal = await refusalOf({
    identity: caller,
    entity,
    permission,
    resourceAccountId: accountId,
    resourcePolicy: trustPolicy ?? { Version: '2012-10-17', Statement: [] },
    organization: parts.organization,
    resourceTags: parts.organization && (await tagsOf(parts, accountId, roleName)),
  });
  if (refusal !== undefined) return refusal;
  const tooLong = await durationProblem(parts, form, caller.kind === 'session');
  return tooLong ?? openSession(parts, form, caller.place);
}

/** AssumeRoleWithWebIdentity: the token's signature, issuer, audience and expiry, then the stored trust policy. */
export async function assumeRoleWithWebIdentity(
  parts: StsParts,
  form: URLSearchParams,
): Promise<Identity | AwsError> {
  const { accountId, roleName } = roleOf(form.get('RoleArn') ?? '');
  const claims = await verifiedClaims(parts, accountId, form.get('WebIdentityToken') ?? '');
  if (isAwsError(claims)) return claims;
  const trustPolicy = await parts.iam.trustPolicy(accountId, roleName);
  const refused = {
    status: 403,
    code: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  };
  if (trustPolicy === undefined || !(await trustsToken({ trustPolicy, claims, accountId, form })))
    return refused;
  return (await durationProblem(parts, form, false)) ?? openSession(parts, form);
}

/** `<Credentials>` and `<AssumedRoleUser>` of an answer. */
export async function sessionXml(iam: IamView, session: Identity, operation: string): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = session.credentials;
  const expiration = new Date(session.expires ?? 0).toISOString();
  const id = await userId(iam, session);
  return `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>${id}</AssumedRoleId><Arn>${session.arn}</Arn></AssumedRoleUser></${operation}Result></${operation}Response>`;
}

/** The answer of GetCallerIdentity. */
export async function callerIdentityXml(iam: IamView, caller: Identity): Promise<string> {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${caller.arn}</Arn><UserId>${await userId(iam, caller)}</UserId><Account>${caller.accountId}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

async function userId(iam: IamView, caller: Identity): Promise<string> {
  if (caller.kind === 'root') return caller.accountId;
  const state = await iam.state(caller.accountId);
  const name = caller.identityArn.split('/').at(-1)?.toLowerCase() ?? '';
  if (caller.kind === 'user') return state.users.get(name)?.id ?? '';
  return `${state.roles.get(name)?.id ?? ''}:${caller.arn.split('/').at(-1) ?? ''}`;
}

async function tagsOf({ moto }: StsParts, accountId: string, RoleName: string) {
  const { Role } = await moto.iam(accountId).send(new GetRoleCommand({ RoleName }));
  return Object.fromEntries((Role?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

function openSession({ identities }: StsParts, form: URLSearchParams, place?: Identity['place']): Identity {
  const arn = form.get('RoleArn') ?? '';
  const { accountId, roleName } = roleOf(arn);
  const policy = form.get('Policy');
  return identities.issue({
    kind: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${form.get('RoleSessionName') ?? ''}`,
    identityArn: arn,
    expires: Date.now() + Number(form.get('DurationSeconds') ?? 3600) * 1000,
    ...(place !== undefined && { place }),
    ...(policy !== null && { sessionPolicy: JSON.parse(policy) as object }),
  });
}

async function durationProblem(
  { moto }: StsParts,
  form: URLSearchParams,
  chained: boolean,
): Promise<AwsError | undefined> {
  const seconds = Number(form.get('DurationSeconds') ?? 3600);
  const { accountId, roleName } = roleOf(form.get('RoleArn') ?? '');
  const { Role } = await moto.iam(accountId).send(new GetRoleCommand({ RoleName: roleName }));
  const invalid = (message: string) => ({ status: 400, code: 'ValidationError', message });
  if (chained && seconds > 3600) {
    return invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds > (Role?.MaxSessionDuration ?? 3600)
    ? invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    : undefined;
}

async function verifiedClaims(
  parts: StsParts,
  accountId: string,
  token: string,
): Promise<JWTPayload | AwsError> {
  const invalid = (message: string) => ({ status: 400, code: 'InvalidIdentityToken', message });
  const { iss = '', aud = [] } = decodeJwt(token);
  const providerArn = `arn:aws:iam::${accountId}:oidc-provider/${iss.replace(/^https?:\/\//, '')}`;
  const provider = await parts.moto
    .iam(accountId)
    .send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn }))
    .catch(() => undefined);
  if (provider === undefined) return invalid(`No OpenIDConnect provider found in your account for ${iss}`);
  const audiences = [aud].flat();
  if (!audiences.some((audience) => provider.ClientIDList?.includes(audience))) {
    return invalid('Incorrect token audience');
  }
  try {
    const keys = createRemoteJWKSet(new URL(`${parts.issuers[iss] ?? iss}/.well-known/jwks`));
    return (await jwtVerify(token, keys, { issuer: iss })).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      const expiry = new Date(Number(error.payload.exp) * 1000).toISOString();
      const message = `Token expired: current date/time ${new Date().toISOString()} must be before the expiration date/time ${expiry}`;
      return { status: 400, code: 'ExpiredTokenException', message };
    }
    return invalid(
      `Couldn't retrieve verification key from your identity provider, or the signature is invalid`,
    );
  }
}

/** A token whose signature has been verified, at the door of a role. */
export interface TokenQuestion {
  readonly trustPolicy: PolicyDocument;
  readonly claims: JWTPayload;
  readonly accountId: string;
  readonly form: URLSearchParams;
}

/**
 * The engine knows neither federated principals nor an issuer's own condition keys, so both are put into terms that it
 * knows: the provider as a role, `<issuer>:sub` as a principal tag.
 */
export async function trustsToken({ trustPolicy, claims, accountId, form }: TokenQuestion): Promise<boolean> {
  const issuer = (claims.iss ?? '').replace(/^https?:\/\//, '');
  const standIn = `arn:aws:iam::${accountId}:role/oidc-provider`;
  const translated = JSON.stringify(trustPolicy)
    .replaceAll(`"arn:aws:iam::${accountId}:oidc-provider/${issuer}"`, `"${standIn}"`)
    .replaceAll('"Federated":', '"AWS":')
    .replaceAll(`"${issuer}:`, '"aws:PrincipalTag/');
  const tags = Object.entries(claims).flatMap(([name, value]) =>
    typeof value === 'string' ? [[`aws:PrincipalTag/${name}`, value] as const] : [],
  );
  const refusal = await refusalOf({
    identity: {
      kind: 'session',
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/oidc-provider/token`,
      identityArn: standIn,
      credentials: { accessKeyId: '', secretAccessKey: '' },
    },
    permission: {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: form.get('RoleArn') ?? '',
      context: { ...contextOf(form), ...Object.fromEntries(tags) },
    },
    resourceAccountId: accountId,
    resourcePolicy: JSON.parse(translated) as PolicyDocument,
  });
  return refusal === undefined;
}

function roleOf(arn: string): { accountId: string; roleName: string } {
  return { accountId: arn.split(':')[4] ?? '', roleName: arn.split('/').at(-1) ?? '' };
}

function contextOf(form: URLSearchParams): Record<string, string> {
  const externalId = form.get('ExternalId');
  return {
    'sts:RoleSessionName': form.get('RoleSessionName') ?? '',
    ...(externalId !== null && { 'sts:ExternalId': externalId }),
  };
}
