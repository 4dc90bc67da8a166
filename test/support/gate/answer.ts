import type { Agent, ServerResponse } from 'node:http';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import { refusalOf } from './authorize.ts';
import { errorCodes, isAwsError, sendError, sendJson, sendXml, type AwsError } from './aws-error.ts';
import { misdirected, type Bucket, type Buckets } from './buckets.ts';
import { corsHeaders, preflight } from './cors.ts';
import { brokenIamRule } from './iam-rules.ts';
import type { IamView } from './iam-view.ts';
import type { Identities, Identity } from './identities.ts';
import { answerOfKms, type Keys } from './keys.ts';
import { callMoto } from './moto-call.ts';
import type { MotoClients } from './moto-clients.ts';
import type { Organization } from './organization.ts';
import type { NeededPermission } from './permissions.ts';
import type { AwsRequest } from './request.ts';
import type { StaleReads } from './stale-reads.ts';
import { simulatePolicy } from './simulate.ts';
import type { Trail } from './trail.ts';
import { assumeRole, assumeRoleWithWebIdentity, callerIdentityXml, sessionXml } from './sts.ts';

/** What the gate answers with. */
export interface GateParts {
  readonly endpoint: string;
  readonly agent: Agent;
  readonly moto: MotoClients;
  readonly issuers: Readonly<Record<string, string>>;
  readonly identities: Identities;
  readonly iam: IamView;
  readonly buckets: Buckets;
  readonly staleReads: StaleReads;
  readonly keys: Keys;
  readonly trail: Trail;
  organization?: Organization | undefined;
}

/** One request on its way. */
export interface Exchange {
  readonly request: AwsRequest;
  readonly response: ServerResponse;
  /** Absent for an unsigned request. */
  readonly identity: Identity | undefined;
  readonly needed: readonly NeededPermission[];
}

/** Answers one request: by the gate's own knowledge where moto is wrong, else by moto once it is authorized. */
export async function answer(parts: GateParts, exchange: Exchange): Promise<void> {
  const { request, response, identity } = exchange;
  const fail = (error: AwsError) => {
    const region = parts.buckets.find(request.bucket)?.region;
    if (region !== undefined) response.setHeader('x-amz-bucket-region', region);
    sendError(response, error, request.service);
  };
  if (request.method === 'OPTIONS') {
    answerPreflight(parts, exchange, fail);
    return;
  }
  const operation = request.form.get('Action') ?? '';
  if (operation === 'AssumeRoleWithWebIdentity') {
    const session = await assumeRoleWithWebIdentity(parts, request.form);
    if (isAwsError(session)) fail(session);
    else sendXml(response, 200, await sessionXml(parts.iam, session, operation));
    return;
  }
  if (identity === undefined) {
    fail({ status: 403, code: 'AccessDenied', message: 'Access Denied' });
    return;
  }
  const own = await ownAnswer(parts, request, identity);
  if (typeof own === 'string') sendXml(response, 200, own);
  else if (own !== undefined) fail(own);
  else {
    const refusal = await refused(parts, { ...exchange, identity });
    if (refusal !== undefined) fail(refusal);
    else if (request.service === 'cloudtrail') parts.trail.answer(request, identity.accountId, response);
    else await passOn(parts, { ...exchange, identity });
  }
}

function answerPreflight(
  { buckets }: GateParts,
  { request, response }: Exchange,
  fail: (error: AwsError) => void,
): void {
  const bucket = buckets.find(request.bucket);
  const headers =
    bucket === undefined
      ? { status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' }
      : preflight(bucket.corsRules, request);
  if (isAwsError(headers)) fail(headers);
  else response.writeHead(200, { ...headers, 'content-length': 0 }).end();
}

/** STS's own answers; they need no permission, or decide about it themselves. */
async function ownAnswer(
  parts: GateParts,
  { service, form, region }: AwsRequest,
  identity: Identity,
): Promise<string | AwsError | undefined> {
  const operation = form.get('Action') ?? '';
  if (service !== 'sts') return undefined;
  if (operation === 'GetCallerIdentity') return callerIdentityXml(parts.iam, identity);
  if (operation !== 'AssumeRole') return undefined;
  const session = await assumeRole(parts, identity, form);
  if (isAwsError(session)) return session;
  parts.trail.noteAssumed(identity, form.get('RoleArn') ?? '', region);
  return sessionXml(parts.iam, session, operation);
}

type SignedExchange = Exchange & { readonly identity: Identity };

async function refused(
  parts: GateParts,
  { request, identity, needed }: SignedExchange,
): Promise<AwsError | undefined> {
  const bucket = parts.buckets.find(request.bucket);
  if (request.bucket !== undefined) {
    const wrong = misdirected(request, bucket);
    if (wrong !== undefined) return wrong;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    const owner = request.headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && bucket !== undefined && owner !== bucket.accountId)
      return { status: 403, code: 'AccessDenied', message: 'Access Denied' };
  }
  const entity = identity.kind === 'root' ? undefined : await parts.iam.entity(identity);
  const resourceAccountId = bucket?.accountId ?? identity.accountId;
  const { organization, keys } = parts;
  const resourcePolicy = bucket?.policy;
  for (const asked of needed) {
    const permission = { ...asked, resource: keys.keyOf(asked.resource) };
    const refusal = await refusalOf({
      ...{ identity, entity, permission, resourceAccountId, organization },
      resourcePolicy: request.service === 'kms' ? keys.policyOf(permission.resource) : resourcePolicy,
    });
    if (refusal !== undefined) return refusal;
  }
  return needed.some(({ action }) => action.startsWith('s3:GetObject')) && bucket?.kmsKeyArn !== undefined
    ? refusalOf({ identity, entity, ...decryption(parts, bucket, bucket.kmsKeyArn) })
    : undefined;
}

/** Reading an object of a bucket that is encrypted with a customer's key decrypts with that key, via S3. */
function decryption({ keys, organization }: GateParts, { region }: Bucket, named: string) {
  const keyArn = keys.keyOf(named);
  const resourceAccountId = keyArn.split(':')[4] ?? '';
  return {
    permission: {
      action: 'kms:Decrypt',
      resource: keyArn,
      context: {
        'kms:ViaService': `s3.${region}.amazonaws.com`,
        'kms:CallerAccount': resourceAccountId,
      },
    },
    resourceAccountId,
    resourcePolicy: keys.policyOf(keyArn),
    organization,
  };
}

async function passOn(parts: GateParts, { request, response, identity }: SignedExchange): Promise<void> {
  const bucket = parts.buckets.find(request.bucket);
  const accountId = bucket?.accountId ?? identity.accountId;
  const operation = request.form.get('Action') ?? '';
  if (request.service === 'iam') {
    const state = await parts.iam.state(accountId);
    const problem = operation.startsWith('Simulate')
      ? await simulatePolicy(request.form, state, parts.organization)
      : await brokenIamRule(request.form, state, (account) => parts.iam.state(account));
    if (typeof problem === 'string') {
      sendXml(response, 200, problem);
      return;
    }
    if (problem !== undefined) {
      sendError(response, problem, 'iam');
      return;
    }
  }
  if (request.service === 'kms') {
    const told = answerOfKms(request, parts.keys);
    if (isAwsError(told)) sendError(response, told, 'kms');
    else sendJson(response, 200, told);
    return;
  }
  if (bucket !== undefined && request.query.has('policy')) {
    answerBucketPolicy(bucket, request, response);
    return;
  }
  const forward = () => callMoto(request, { endpoint: parts.endpoint, agent: parts.agent, accountId });
  const reads = request.service !== 'iam' || /^(Get|List|Generate|Simulate)/.test(operation);
  const got = await parts.staleReads.answerTo(request, accountId, () =>
    reads
      ? parts.buckets.answerTo(request, forward)
      : parts.iam.change(accountId, request.form.get('RoleName'), forward),
  );
  if (request.service === 's3' && got.status < 300) parts.buckets.note(request, accountId);
  // A bucket that was made in these years enforces its owner, which moto does not.
  if (codeIn(got) === 'OwnershipControlsNotFoundError') {
    sendXml(response, 200, enforced);
    return;
  }
  const cors = bucket === undefined ? {} : corsHeaders(bucket.corsRules, request);
  const kept = Object.fromEntries(
    Object.entries(got.headers).filter(
      ([name]) => !/^(access-control-|connection|transfer-encoding|keep-alive)/.test(name),
    ),
  );
  const code = codeIn(got);
  if (code !== undefined) errorCodes.set(response, code);
  response.writeHead(got.status, {
    ...kept,
    ...cors,
    ...(request.method !== 'HEAD' && { 'content-length': got.body.length }),
  });
  response.end(got.body);
}

/** The error code of moto's answer. */
function codeIn({ status, body }: { readonly status: number; readonly body: Buffer }): string | undefined {
  return status >= 400 ? /<Code>(.*?)<\/Code>/.exec(body.toString())?.[1] : undefined;
}

const enforced =
  '<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>';

/** Bucket policies stay with the gate: moto would judge by them a second time, without their conditions. */
function answerBucketPolicy(bucket: Bucket, { method, body }: AwsRequest, response: ServerResponse): void {
  if (method === 'PUT') bucket.policy = JSON.parse(body.toString()) as PolicyDocument;
  if (method === 'DELETE') delete bucket.policy;
  if (method !== 'GET') response.writeHead(204).end();
  else if (bucket.policy !== undefined) sendJson(response, 200, bucket.policy);
  else
    sendError(
      response,
      { status: 404, code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' },
      's3',
    );
}
