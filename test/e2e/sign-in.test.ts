import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../src/iam/policy-document.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { administrator, customerAccountId } from '../support/world.ts';

let scene: Scene;
const roleArn = `arn:aws:iam::${customerAccountId}:role/ci/github-deploy`;
const sub = 'repo:octo-org/data-access:ref:refs/heads/main';

beforeAll(async () => {
  scene = await startScene();
  const { world } = scene;
  const host = world.issuer.iss.replace('https://', '');
  const provider = { Url: world.issuer.iss, ClientIDList: ['sts.amazonaws.com'] };
  await world.iam(world.customerRoot).send(new CreateOpenIDConnectProviderCommand(provider));
  const Principal = { Federated: `arn:aws:iam::${customerAccountId}:oidc-provider/${host}` };
  const Condition = { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: sub } };
  const trustPolicy: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }],
  };
  await world.createRole({ arn: roleArn, trustPolicy, policy: administrator });
});
afterAll(() => scene.stop());

/** No keys in the environment: only where AWS is. */
const bare = () => ({
  AWS_ENDPOINT_URL: scene.world.endpoint,
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
});

describe('with GitHub’s OIDC', () => {
  test('the deploy role is assumed with a token of the job and plans with Terraform', async () => {
    scene.world.gate.forget();
    const env = { ...bare(), ...scene.world.issuer.env({ sub }) };
    const { exitCode, outputs, log } = await scene.run(
      { command: 'plan', 'role-to-assume': roleArn },
      { env },
    );
    expect(exitCode, log).toBe(0);
    expect(outputs['to-add']).toBe('4');
    const callers = new Set(scene.world.gate.calls.map(({ principal }) => principal));
    callers.delete('anonymous');
    expect([...callers]).toHaveLength(1);
    const [caller = ''] = callers;
    expect(caller).toMatch(/^arn:aws:sts::111122223333:assumed-role\/github-deploy\/.*1001/);
  });

  test('a refusal prints the token’s subject and audience, and what of the trust policy to compare them with', async () => {
    const other = 'repo:octo-org@1/data-access@2:ref:refs/heads/main';
    const env = { ...bare(), ...scene.world.issuer.env({ sub: other }) };
    const { exitCode, errors, outputs } = await scene.run(
      { command: 'plan', 'role-to-assume': roleArn },
      { env },
    );
    expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({ exitCode: 1, reason: 'credentials' });
    expect(errors).toHaveLength(1);
    for (const text of [other, 'sts.amazonaws.com', 'token.actions.githubusercontent.com:sub']) {
      expect(errors[0]).toContain(text);
    }
  });

  test('without the id-token permission the error is the YAML to add', async () => {
    const { errors, outputs } = await scene.run({ 'role-to-assume': roleArn }, { env: bare() });
    expect(outputs['failure-reason']).toBe('credentials');
    expect(errors[0]).toContain('id-token: write');
  });

  test('neither token nor keys stand in the log or on disk', async () => {
    const env = { ...bare(), ...scene.world.issuer.env({ sub }) };
    const { log } = await scene.run({ command: 'synth', 'role-to-assume': roleArn }, { env });
    const unmasked = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(unmasked.join('\n')).not.toMatch(/ASIA[A-Z0-9]{16}|eyJ[\w-]+\.eyJ/);
  });
});

test('another account than allowed is refused before any other call', async () => {
  scene.world.gate.forget();
  const { exitCode, errors, outputs } = await scene.run({ 'allowed-account-ids': '999988887777' });
  expect({ exitCode, reason: outputs['failure-reason'] }).toEqual({ exitCode: 1, reason: 'wrong-account' });
  expect(errors[0]).toContain(customerAccountId);
  expect(scene.world.gate.calls.map(({ action }) => action)).toEqual(['sts:GetCallerIdentity']);
});

test.each(['plan', 'apply', 'destroy'])(
  '%s for a fork’s pull request does nothing and says so',
  async (command) => {
    scene.world.gate.forget();
    const event = {
      action: 'opened',
      number: 7,
      pull_request: {
        number: 7,
        head: {
          sha: 'f'.repeat(40),
          ref: 'patch',
          repo: { full_name: 'mallory/data-access', fork: true, id: 2 },
        },
        base: {
          sha: 'b'.repeat(40),
          ref: 'main',
          repo: { full_name: 'octo-org/data-access', fork: false, id: 1 },
        },
      },
      repository: { full_name: 'octo-org/data-access', id: 1 },
    };
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge' };
    const { exitCode, outputs, annotations, log } = await scene.run({ command }, { env, event });
    expect(exitCode, log).toBe(0);
    expect(outputs['skipped']).toBe('true');
    expect(outputs).not.toHaveProperty('has-changes');
    expect(annotations.map(({ level }) => level)).toEqual(['notice']);
    expect(annotations[0]?.message).toContain('mallory/data-access');
    expect(scene.world.gate.calls).toEqual([]);
  },
);
