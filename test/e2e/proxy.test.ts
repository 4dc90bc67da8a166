import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAwsProxy, type AwsProxy } from '../support/aws-proxy.ts';
import { startScene, type Scene } from '../support/scene.ts';

let scene: Scene;
let proxy: AwsProxy;

beforeAll(async () => {
  scene = await startScene();
  proxy = await startAwsProxy(scene.world.endpoint);
  await scene.world.createBucket({ name: 'in-ireland', region: 'eu-west-1', objects: { 'a.png': 'a' } });
});
afterAll(async () => {
  await proxy.stop();
  await scene.stop();
});

test('behind a proxy that inspects TLS, SDK and Terraform reach AWS by its own host names', async () => {
  const env = { ...proxy.env, AWS_ENDPOINT_URL: '' };
  const inputs = { command: 'apply', buckets: 'share-with-kolena\nin-ireland' };
  const { exitCode, outputs, log } = await scene.run(inputs, { env });
  expect(exitCode, log).toBe(0);
  expect(outputs).toMatchObject({ 'to-add': '5', verified: 'true' });
  expect(await proxy.hosts()).toEqual(
    expect.arrayContaining([
      'iam.amazonaws.com',
      'sts.us-east-1.amazonaws.com',
      'share-with-kolena.s3.us-east-1.amazonaws.com',
      'in-ireland.s3.eu-west-1.amazonaws.com',
    ]),
  );
});
