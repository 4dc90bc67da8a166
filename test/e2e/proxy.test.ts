import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashicorpReleases } from '../../src/terraform/release.ts';
import { repository } from '../support/cache-folder.ts';
import { exampleParameters } from '../support/bootstrap.ts';
import { deployStack } from '../support/deploy-stack.ts';
import { claimsOf } from '../support/job-claims.ts';
import { startGitHub, type GitHubStandIn } from '../support/github-stand-in.ts';
import { startInspectingProxy, type InspectingProxy } from '../support/inspecting-proxy.ts';
import { node24 } from '../support/node24.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { customerAccountId } from '../support/world.ts';
import { startReleases, type TestReleases } from '../terraform/release-server.ts';

const roleArn = `arn:aws:iam::${customerAccountId}:role/KolenaS3Plan`;
const tokenHost = 'run-actions.githubusercontent.com';

let scene: Scene;
let github: GitHubStandIn;
let releases: TestReleases;
let proxy: InspectingProxy;

beforeAll(async () => {
  [scene, github, releases] = await Promise.all([startScene(), startGitHub(), startReleases(['1.99.0'])]);
  const { world } = scene;
  proxy = await startInspectingProxy({
    'amazonaws.com': world.endpoint,
    'api.github.com': github.url,
    [tokenHost]: world.issuer.url,
    'releases.hashicorp.com': releases.server.url,
  });
  await world.createBucket({ name: 'in-ireland', region: 'eu-west-1', objects: { 'a.png': 'a' } });
  const Buckets = 'share-with-kolena,in-ireland';
  await deployStack(world, { ...exampleParameters, OidcProvider: 'create', Buckets });
});
afterAll(() => Promise.all([proxy.stop(), scene.stop(), github.stop(), releases.close()]));

/** A runner that reaches the internet by the proxy alone, and signs in by OIDC. */
const closedRunner = () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL = '', ...token } = scene.world.issuer.env(
    claimsOf({ event: 'pull_request' }),
  );
  return {
    ...token,
    ACTIONS_ID_TOKEN_REQUEST_URL: ACTIONS_ID_TOKEN_REQUEST_URL.replace(
      scene.world.issuer.url,
      `https://${tokenHost}`,
    ),
    AWS_ENDPOINT_URL: '',
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
  };
};

describe.each([
  ['http', 'AWS_CA_BUNDLE'],
  ['https', 'NODE_EXTRA_CA_CERTS'],
] as const)('behind an %s proxy that inspects TLS with a CA of %s', (scheme, variable) => {
  const env = () => ({
    HTTPS_PROXY: proxy.url.replace('https', scheme),
    [variable]: proxy.caFile,
  });

  test('token, AWS, GitHub and Terraform are reached by their own host names', async () => {
    const pull = github.openPullRequest('Give Kolena access');
    const { exitCode, outputs, log } = await scene.run(
      {
        command: 'plan',
        buckets: 'share-with-kolena\nin-ireland',
        'role-to-assume': roleArn,
        comment: 'always',
        'github-token': github.jobToken,
      },
      { env: { ...closedRunner(), ...env(), GITHUB_EVENT_NAME: 'pull_request' }, event: pull.event },
    );
    expect(exitCode, log).toBe(0);
    expect(outputs['to-add']).toBe('5');
    expect(github.commentsOn(pull.number)).toHaveLength(1);
    expect(await proxy.hosts()).toEqual(
      expect.arrayContaining([
        tokenHost,
        'api.github.com',
        'iam.amazonaws.com',
        'sts.us-east-1.amazonaws.com',
        'share-with-kolena.s3.us-east-1.amazonaws.com',
        'in-ireland.s3.eu-west-1.amazonaws.com',
      ]),
    );
  });

  test('a Terraform release is downloaded, and refused by the Action because HashiCorp has not signed it', async () => {
    const sums = '/terraform/1.99.0/terraform_1.99.0_SHA256SUMS';
    const signature = releases.files.get(`${sums}.TEST.sig`) ?? new Uint8Array();
    releases.files.set(`${sums}.${hashicorpReleases.keyId}.sig`, signature);
    const { outputs, errors } = await scene.run({ 'terraform-version': '1.99.0' }, { env: env() });
    expect(outputs['failure-reason']).toBe('terraform-missing');
    expect(errors[0]).toContain('SHA256SUMS is not signed with the key');
  });

  test('a Terraform release that is signed is installed', async () => {
    const script = `
      import { trustEverywhere } from './src/aws/network/certificates.ts';
      import { findTerraform } from './src/terraform/install.ts';
      trustEverywhere(process.env);
      const log = { info: () => undefined, warning: console.warn, group: (_, work) => work() };
      const releases = { ...${JSON.stringify(releases.server)}, url: 'https://releases.hashicorp.com' };
      const wanted = { terraformVersion: '1.99.0', workingDirectory: '.', env: process.env, log, releases };
      console.log((await findTerraform(wanted)).version);
    `;
    const { stdout } = await promisify(execFile)(
      node24(),
      ['--no-warnings', '--input-type=module', '-e', script],
      {
        cwd: repository,
        env: {
          ...env(),
          PATH: process.env['PATH'],
          RUNNER_TEMP: tmpdir(),
          RUNNER_TOOL_CACHE: mkdtempSync(join(tmpdir(), 'tools-')),
        },
      },
    );
    expect(stdout).toMatch(/^1\.99\.0$/m);
  });
});
