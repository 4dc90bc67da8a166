import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { defined } from '../../base/defined.ts';
import { explainAssumeDenial, letsIn } from '../../verify/explain-assume.ts';
import type { Attempt, Observations } from '../../verify/observations.ts';
import { sessionPolicy } from '../../iam/session-policy.ts';
import { verifierSessionName, wrongExternalId } from '../../iam/temporary-statement.ts';
import type { AwsCredentials } from '../clients.ts';
import type { RoleAndPolicies } from '../observe/observe-role.ts';
import { askWithRetries } from './retry.ts';
import type { Probe } from './probe-context.ts';
import { probeLocation, type RoleSession } from './probe-locations.ts';
import { attempt } from '../../problem/aws-error.ts';
import type { TemporaryStatement } from './with-temporary-statement.ts';

/** The answers that need the role. */
export type RoleProbe = Pick<
  Observations,
  'assumed' | 'withoutExternalId' | 'wrongExternalId' | 'locations' | 'duringCheck'
>;

/** Read-backs that may lack the statement: IAM is eventually consistent, and another check may have removed it. */
const staleReads = 3;

/** Seconds; the least that STS gives, and all that chained roles and long checks need. */
const sessionSeconds = 900;

interface Session {
  readonly arn: string;
  readonly credentials: AwsCredentials;
}

/** Assumes the role, asks what must be allowed, and only then what must be refused, which proves nothing before. */
export async function probeRole(probe: Probe, renew?: TemporaryStatement['renew']): Promise<RoleProbe> {
  const { log, expectations } = probe;
  let last: RoleAndPolicies | undefined;
  const liveAccess = async () => {
    last = await probe.readBack();
    return { expectations, callerArn: probe.callerArn, ...last };
  };
  const entered = await assumePatiently({ probe, liveAccess }, renew);
  if (entered.outcome !== 'ok') return defined({ ...skipAll(entered), duringCheck: last });
  log.info(`Assumed the role as ${entered.value.arn}.`);
  const clients = probe.sessionClients(() => Promise.resolve(entered.value.credentials));
  const session = { probe, clients, liveAccess };
  const found = expectations.locations.map(
    async (location) => [location.name, await probeLocation(session, location)] as const,
  );
  const locations = Object.fromEntries(await Promise.all(found));
  const [withoutExternalId, wrong] = await Promise.all([
    assumeOtherwise(session, undefined),
    assumeOtherwise(session, wrongExternalId),
  ]);
  return defined({
    assumed: { outcome: 'ok' as const, value: { arn: entered.value.arn } },
    withoutExternalId,
    wrongExternalId: wrong,
    locations,
    duringCheck: last,
  });
}

/** All answers that need the role, when nobody got into it. */
export function skipAll(assumed: Exclude<Attempt<never>, { outcome: 'ok' }>): RoleProbe {
  const message = assumed.outcome === 'skipped' ? assumed.message : 'The role could not be assumed.';
  const skipped = { outcome: 'skipped', message } as const;
  return { assumed, withoutExternalId: skipped, wrongExternalId: skipped, locations: {} };
}

async function assumePatiently(
  { probe, liveAccess }: Omit<RoleSession, 'clients'>,
  renew?: TemporaryStatement['renew'],
): Promise<Attempt<Session>> {
  let reads = 0;
  return askWithRetries(probe, {
    ask: () => assume(probe, probe.expectations.externalId),
    retryRefusal: async (refusal) => {
      const { mendsByWaiting, untrusted } = explainAssumeDenial(refusal, await liveAccess());
      const isNew = untrusted === true && (await renew?.()) !== 'too-early';
      if (isNew && reads++ >= staleReads && !mendsByWaiting) return undefined;
      if (untrusted !== true && !mendsByWaiting) return undefined;
      return 'IAM to spread the trust policy';
    },
  });
}

async function assume(
  probe: Probe,
  externalId: string | undefined,
  scope: 'locations' | 'any-bucket' = 'locations',
): Promise<Attempt<Session>> {
  const { clients, live, expectations } = probe;
  const input: AssumeRoleCommandInput = {
    RoleArn: live.role?.arn,
    RoleSessionName: verifierSessionName,
    DurationSeconds: sessionSeconds,
    Policy: sessionPolicy(expectations, scope),
    ExternalId: externalId,
  };
  const answer = await attempt(async () => {
    const { AssumedRoleUser, Credentials } = await clients.sts.send(new AssumeRoleCommand(input));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return {
      arn: AssumedRoleUser?.Arn ?? '',
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    };
  });
  // AWS packs a session policy in a way of its own, whose limit cannot be computed beforehand.
  const isTooLarge = answer.outcome === 'refused' && answer.refusal.code === 'PackedPolicyTooLarge';
  return isTooLarge && scope === 'locations' ? assume(probe, externalId, 'any-bucket') : answer;
}

/** A former trust policy may still let the verifier in where the one read back does not. */
async function assumeOtherwise(
  { probe, liveAccess }: RoleSession,
  externalId: string | undefined,
): Promise<Attempt<{ arn: string }>> {
  if (probe.expectations.externalId === undefined)
    return { outcome: 'skipped', message: 'The config has no kolena-external-id.' };
  const answer = await askWithRetries(probe, {
    ask: () => assume(probe, externalId),
    retryAnswer: async () =>
      letsIn(await liveAccess(), externalId) ? undefined : 'IAM to forget the former trust policy',
  });
  return answer.outcome === 'ok' ? { outcome: 'ok', value: { arn: answer.value.arn } } : answer;
}
