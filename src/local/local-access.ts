import { resolve } from 'node:path';
import { decideAccess } from '../access/decide-access.ts';
import { needsRaisedQuota } from '../access/decide-policies.ts';
import type { DesiredAccess } from '../access/desired-access.ts';
import { nothingObserved } from '../access/observed.ts';
import { observe } from '../aws/observe/observe.ts';
import { signIn } from '../aws/sign-in/sign-in.ts';
import { regionOf, type Environment } from '../base/environment.ts';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readAccessConfig } from '../action/config-files.ts';
import { corsBucketsInState } from './local-state.ts';
import { forTerraformAlone } from './for-terraform-alone.ts';

/** Where a local run finds its config, its credentials and its state. */
export interface LocalRun {
  /**
   * `KOLENA_S3_CONFIG` names the config file, else `kolena-s3.yml`; `KOLENA_S3_ALLOW_DESTROY=true` is the Action's
   * `allow-destroy`; `AWS_REGION` or `AWS_DEFAULT_REGION` the provider's region, else `us-east-1`.
   */
  readonly env: Environment;
  /** Absolute path that the config file is looked up in. */
  readonly directory: string;
  /** Path of Terraform's local state file. */
  readonly stateFile: string;
  readonly log: Log;
}

/** The access of the config file for `cdktf synth|diff|deploy`. Reads AWS when there are credentials. Throws UserErrors. */
export async function localAccess({ env, directory, stateFile, log }: LocalRun): Promise<DesiredAccess> {
  const config = readAccessConfig(resolve(directory, env['KOLENA_S3_CONFIG'] ?? 'kolena-s3.yml'));
  const region = regionOf(env);
  // Nothing is masked outside of the Action.
  const session = await signIn({ region, env, log, allowedAccountIds: [], mask: () => undefined });
  const asksQuota = session !== undefined && needsRaisedQuota(config, session.caller.partition);
  const observed = session ? await observe({ ...session, config, asksQuota, log }) : nothingObserved;
  const allowDestroy = env['KOLENA_S3_ALLOW_DESTROY'] === 'true';
  const desired = withLocalRemedy(() =>
    decideAccess(config, observed, { region, allowDestroy, now: new Date() }),
  );
  return forTerraformAlone(desired, { observed, inState: corsBucketsInState(stateFile) });
}

/** Adds to a refusal that asks for `allow-destroy` what sets it outside of the Action. */
function withLocalRemedy<T>(decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof UserError) || error.reason !== 'destroy-refused') throw error;
    const remedy = `${error.remedy} Outside of the Action, allow-destroy is the environment variable KOLENA_S3_ALLOW_DESTROY=true.`;
    throw new UserError({ reason: error.reason, message: error.message, remedy, cause: error });
  }
}
