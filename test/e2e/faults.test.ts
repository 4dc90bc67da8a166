import {
  DeleteBucketPolicyCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  type CORSRule,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corsOf } from '../support/cors-of.ts';
import { foreignRules } from '../support/foreign-rules.ts';
import { setUpByHand } from '../support/hand-made.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedCors, seedExternalId, seedTrustPolicy } from '../support/seed.ts';
import { kolenaPrincipalArn } from '../support/world.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const bucket = 'share-with-kolena';
const writeCors = (rules: readonly CORSRule[]) =>
  scene.world
    .s3(scene.world.customerRoot)
    .send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [...rules] } }));

/** What somebody sees of a run: the runner itself hides what `::add-mask::` names. */
function shown({ log, outputs, summary }: ActionResult): string {
  const printed = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  return [...printed, JSON.stringify(outputs), summary].join('\n');
}

/** Whatever goes wrong ends in one error with its reason and the next step, and shows no secret and no stack. */
function expectGoodEnd(result: ActionResult): void {
  const { exitCode, errors, outputs, log, summary } = result;
  const failed = exitCode !== 0;
  expect({ errors: errors.length, reason: 'failure-reason' in outputs }, log).toEqual({
    errors: failed ? 1 : 0,
    reason: failed,
  });
  if (failed) expect(errors[0]).toContain('Next step: ');
  expect(summary).not.toBe('');
  const { secretAccessKey, sessionToken = '' } = scene.world.deployer.credentials;
  for (const secret of [secretAccessKey, sessionToken, seedExternalId])
    expect(shown(result)).not.toContain(secret);
  expect(shown(result)).not.toMatch(/^\s+at |this version does not know/m);
}

describe('a verification of which one call is denied', () => {
  let actions: readonly string[];
  beforeAll(async () => {
    await setUpByHand(scene.world, { corsRules: [...foreignRules, ...seedCors] });
    scene.world.gate.forget();
    const { exitCode, log } = await scene.run({ command: 'verify' });
    expect(exitCode, log).toBe(0);
    actions = [...new Set(scene.world.gate.calls.map(({ action }) => action))];
  });

  test('ends well, whichever it is, and leaves everything as it was', async () => {
    const rules = await corsOf(scene.world, bucket);
    expect(actions.length).toBeGreaterThan(10);
    for (const action of actions) {
      // As AWS answers a wrong signature: with what it was asked, the session token included.
      const message = `Denied. The Canonical String was x-amz-security-token:${scene.world.deployer.credentials.sessionToken ?? ''}`;
      const stop = scene.world.gate.fail({
        action,
        times: 1,
        answer: { status: 403, code: 'AccessDenied', message },
      });
      const result = await scene.run({ command: 'verify', 'verify-timeout': '10' });
      stop();
      expectGoodEnd(result);
      expect(await scene.world.trustPolicy(), action).toEqual(seedTrustPolicy(kolenaPrincipalArn));
      expect(await corsOf(scene.world, bucket), action).toEqual(rules);
    }
  });

  test('does not count as verified when nobody got into the role: a bucket policy denies what all documents allow', async () => {
    const Deny = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject' };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...Deny, Resource: `arn:aws:s3:::${bucket}/*` }],
    });
    const s3 = scene.world.s3(scene.world.customerRoot);
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const simulated = await scene.run({ command: 'verify', verify: 'simulate' });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    expect(simulated.outputs['verified'], simulated.log).toBe('false');
    expect(simulated.summary).toContain('The bucket policy of share-with-kolena denies Kolena access');
  });
});

test('a rule that somebody adds while Terraform applies is not lost, and the run is repeated with success', async () => {
  await writeCors(foreignRules);
  const theirs = { AllowedMethods: ['GET'], AllowedOrigins: ['https://new.example.com'] };
  const names = { 'role-name': 'WhileApplying', 'policy-name': 'WhileApplying' };
  // Time enough for it, between our last look and Terraform's end.
  scene.world.gate.fail({ action: 'iam:CreatePolicy', times: 1, delay: 1500 });
  let added: Promise<unknown> | undefined;
  const onLine = (line: string) => {
    if (line.includes('aws_iam_policy.kolena: Creating')) added ??= writeCors([theirs, ...foreignRules]);
  };
  const result = await scene.run({ command: 'apply', ...names }, { onLine });
  await added;
  expectGoodEnd(result);
  expect(result.outputs['failure-reason'], result.log).toBe('apply-failed');
  expect(result.errors[0]).toContain(bucket);
  expect(await corsOf(scene.world, bucket)).toEqual([theirs, ...foreignRules]);

  const again = await scene.run({ command: 'apply', ...names });
  expect(again.outputs['verified'], again.log).toBe('true');
  expect((await corsOf(scene.world, bucket)).slice(0, -1)).toEqual([theirs, ...foreignRules]);
});
