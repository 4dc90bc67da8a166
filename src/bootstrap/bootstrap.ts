import { resolve } from 'node:path';
import type { AccessConfig } from '../config/access-config.ts';
import type { DeployMode } from './deploy-role-actions.ts';
import { deployRolePolicy, splitDocument } from './deploy-role-policy.ts';
import { githubTrustPolicy, type GitHubRepository } from './github-trust.ts';
import type { Caller } from '../access/observed.ts';
import { parseAccessConfig } from '../config/parse.ts';
import { oidcAudiences } from './oidc-provider.ts';
import { roleExists } from './role-exists.ts';
import { signIn } from '../aws/sign-in/sign-in.ts';
import { regionOf } from '../base/environment.ts';
import { UserError } from '../base/errors.ts';
import type { Bootstrap } from './bootstrap-stack.ts';
import {
  foreignRole,
  requireAudience,
  requireDistinctNames,
  requireSameStateBucket,
} from './bootstrap-requirements.ts';
import { parseBootstrapSettings, type BootstrapSettings } from './bootstrap-settings.ts';
import { readYaml } from '../action/yaml-file.ts';
import type { LocalRun } from '../local/local-access.ts';
import { bootstrapState } from '../local/local-state.ts';

/**
 * What `npm run bootstrap` sets up: `kolena-s3-bootstrap.yml` (or `KOLENA_S3_BOOTSTRAP`) says for whom, the access config for
 * which role, policies and buckets. Throws UserErrors, `credentials` when there are none.
 */
export async function localBootstrap({ env, directory, stateFile, log }: LocalRun): Promise<Bootstrap> {
  const file = (name: string, usual: string) => readYaml(resolve(directory, env[name] ?? usual));
  const settings = parseBootstrapSettings(file('KOLENA_S3_BOOTSTRAP', 'kolena-s3-bootstrap.yml'));
  const config = parseAccessConfig(file('KOLENA_S3_CONFIG', 'kolena-s3.yml'));
  const region = regionOf(env);
  const state = bootstrapState(stateFile);
  requireDistinctNames(settings, config);
  requireSameStateBucket(settings, state);
  const session = await signIn({ region, env, log, allowedAccountIds: [], mask: () => undefined });
  if (!session) throw noCredentials;
  const { caller, clients } = session;
  const audiences = await oidcAudiences(clients.iam, providerArn(settings, caller));
  const ours = audiences === undefined || state.oidcProvider;
  if (!ours) requireAudience(audiences, settings);
  for (const name of [settings['deploy-role-name'], settings['plan-role-name']])
    if (!state.roles.includes(name) && (await roleExists(clients.iam, name)))
      throw foreignRole(name, stateFile);
  const releasesStateBucket = state.stateBucket !== undefined;
  return {
    region,
    ...bootstrapOf({ settings, config, caller, createProvider: ours }),
    releasesStateBucket,
  };
}

interface BootstrapParts {
  readonly settings: BootstrapSettings;
  readonly config: AccessConfig;
  readonly caller: Pick<Caller, 'accountId' | 'partition'>;
  /** Whether the account's OIDC provider is the bootstrap's to create and to keep. */
  readonly createProvider: boolean;
}

/** The roles for a repository, with the rights that the config needs. */
export function bootstrapOf(parts: BootstrapParts): Omit<Bootstrap, 'region'> {
  const { settings, caller, createProvider } = parts;
  const stateBucket = settings['state-bucket'];
  return {
    accountId: caller.accountId,
    ...(createProvider && { oidcProvider: { issuer: settings['oidc-issuer'], audience: settings.audience } }),
    roles: [roleOf('deploy', parts), roleOf('plan', parts)],
    ...(stateBucket !== undefined && { stateBucket }),
  };
}

function roleOf(mode: DeployMode, { settings, config, caller }: BootstrapParts): Bootstrap['roles'][number] {
  const { accountId, partition } = caller;
  const name = settings[`${mode}-role-name`];
  const path = settings['iam-path'];
  const boundary = settings['permissions-boundary-arn'];
  const bucket = settings['state-bucket'];
  const policy = deployRolePolicy({
    config,
    accountId,
    partition,
    mode,
    ownRoleArn: `arn:${partition}:iam::${accountId}:role${path}${name}`,
    ...(bucket !== undefined && { state: { bucket, key: settings['state-key'] } }),
  });
  return {
    mode,
    name,
    path,
    trustPolicy: githubTrustPolicy({
      repository: repositoryOf(settings),
      mode,
      providerArn: providerArn(settings, caller),
      issuer: issuerOf(settings),
      audience: settings.audience,
    }),
    documents: splitDocument(policy),
    maxSessionDuration: settings['max-session-duration'],
    ...(boundary !== undefined && { permissionsBoundaryArn: boundary }),
  };
}

function repositoryOf(settings: BootstrapSettings): GitHubRepository {
  const { branch, environment } = settings;
  const owner = settings['github-owner-id'];
  const repository = settings['github-repository-id'];
  return {
    name: settings['github-repository'],
    branch,
    ...(environment !== undefined && { environment }),
    ...(owner !== undefined && repository !== undefined && { ids: { owner, repository } }),
  };
}

const issuerOf = (settings: BootstrapSettings): string => settings['oidc-issuer'].replace('https://', '');

const providerArn = (
  settings: BootstrapSettings,
  { accountId, partition }: BootstrapParts['caller'],
): string => `arn:${partition}:iam::${accountId}:oidc-provider/${issuerOf(settings)}`;

const noCredentials = new UserError({
  reason: 'credentials',
  message: 'There are no AWS credentials, and the bootstrap has to know the account.',
  remedy: 'Sign in as an administrator of the account, as by `aws sso login`, and set AWS_PROFILE.',
});
