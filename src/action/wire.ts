import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { systemClock } from '../aws/clock.ts';
import { childCertificates } from '../aws/network/certificates.ts';
import type { Edges } from './edges.ts';
import { readEvent } from '../github/event.ts';
import { readEventPayload, readInputs } from './inputs.ts';
import type { Runner } from './runner.ts';
import type { Settings } from './settings.ts';

/**
 * The real world of a run. What a run may not need is loaded when it is: a mistake in the inputs shows at once, and
 * Terraform starts while the AWS SDK loads.
 */
export function wireEdges(env: NodeJS.ProcessEnv, runner: Runner): Edges {
  const event = readEvent(env, readEventPayload(env));
  const inputs = once(() => readInputs(env));
  const runDir = once(() => {
    const temp = env['RUNNER_TEMP'] ?? tmpdir();
    mkdirSync(temp, { recursive: true });
    // A directory of this run alone: the jobs of a matrix may share a machine.
    return mkdtempSync(join(temp, 'kolena-s3-access-'));
  });
  const trySignIn = async (settings: Settings) => {
    const { openAws } = await import('../aws/open-aws.ts');
    return openAws({ ...signInProps(settings), env, log: runner, ...oidc(runner) });
  };
  return {
    runner,
    event,
    loadStack: () => import('../stack/synthesize.ts'),
    readInputs: inputs,
    trySignIn,
    signIn: async (settings) => {
      const aws = await trySignIn(settings);
      if (aws !== undefined) return aws;
      const { missingCredentials } = await import('../aws/open-aws.ts');
      throw missingCredentials(env);
    },
    openTerraform: async (settings, environment) => {
      const { workingDirectory, pluginLock } = inputs();
      const { findTerraform, openTerraform } = await import('../terraform/open-terraform.ts');
      const { binary } = await findTerraform({
        terraformPath: settings['terraform-path'],
        terraformVersion: settings['terraform-version'],
        workingDirectory,
        env,
        log: runner,
      });
      return openTerraform({
        binary,
        workDir: runDir(),
        env: async () => ({ ...given(env), ...childCertificates(env, runDir()), ...(await environment()) }),
        ...(pluginLock !== undefined && { pluginLock }),
        log: runner,
        mask: (text) => runner.masked(text),
      });
    },
    openPullRequests: ({ 'github-token': token }) => {
      if (token === undefined || event.repository === undefined) return undefined;
      const { repository, apiUrl } = event;
      const pullRequests = once(async () => {
        const { openPullRequests } = await import('../github/pull-requests.ts');
        return openPullRequests({ token, repository, apiUrl, clock: systemClock, log: runner }, event);
      });
      return {
        findApproval: async (key) => (await pullRequests()).findApproval(key),
        findMerged: async () => (await pullRequests()).findMerged(),
        saveComment: async (target) => (await pullRequests()).saveComment(target),
      };
    },
    writeTerraformJson: (json) => {
      const path = join(runDir(), 'cdk.tf.json');
      writeFileSync(path, json, { mode: 0o600 });
      return path;
    },
  };
}

function signInProps(settings: Settings) {
  return {
    region: settings['aws-region'],
    allowedAccountIds: settings['allowed-account-ids'],
    ...(settings['role-to-assume'] !== undefined && { roleToAssume: settings['role-to-assume'] }),
    ...(settings['role-session-name'] !== undefined && { roleSessionName: settings['role-session-name'] }),
    ...(settings['role-duration-seconds'] !== undefined && {
      roleDurationSeconds: settings['role-duration-seconds'],
    }),
    ...(settings.audience !== undefined && { audience: settings.audience }),
  };
}

const oidc = (runner: Runner) => ({
  getIdToken: (audience: string) => core.getIDToken(audience),
  mask: (secret: string) => {
    runner.mask(secret);
  },
});

/** The variables that have a value. */
function given(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
