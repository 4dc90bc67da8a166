import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../support/cache-folder.ts';
import { setUpByHand } from '../support/hand-made.ts';
import { seedExternalId, seedTrustPolicy } from '../support/seed.ts';
import { kolenaAccountId, kolenaPrincipalArn, startWorld, type World } from '../support/world.ts';

let world: World;
const config = join(mkdtempSync(join(tmpdir(), 'local-verify-')), 'access.yml');

beforeAll(async () => {
  world = await startWorld();
  await setUpByHand(world);
  const lines = ['buckets: [share-with-kolena]', `kolena-principal-arn: ${kolenaPrincipalArn}`];
  writeFileSync(config, [...lines, `kolena-external-id: ${seedExternalId}`].join('\n'));
});
afterAll(() => world.stop());

/** What `npm run verify` runs. */
function verify(): Promise<{ exitCode: number; output: string }> {
  const env = { ...process.env, ...world.env(world.deployer), KOLENA_S3_CONFIG: config };
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', 'verify'], { cwd: repository, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe('npm run verify', () => {
  test('shows every check at the terminal after a local deploy, and what to send to Kolena', async () => {
    const { exitCode, output } = await verify();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('✓ Kolena lists s3://share-with-kolena.');
    expect(output).toMatch(/\nVerified\.\n/);
    expect(output).toMatch(
      /\nSend this to Kolena:\n {2}Role ARN +arn:aws:iam::111122223333:role\/KolenaS3ReadAccess\n/,
    );
    // The config file shows it, too.
    expect(output).toMatch(new RegExp(`\n {2}External ID +${seedExternalId}\n {2}Region +us-east-1\n`));
    expect(output).toContain('  Scope        s3://share-with-kolena\n');
  });

  test('fails with the cause and the next step', async () => {
    const stranger = seedTrustPolicy(`arn:aws:iam::${kolenaAccountId}:role/stranger`);
    const PolicyDocument = JSON.stringify(stranger);
    const RoleName = 'KolenaS3ReadAccess';
    await world.iam(world.customerRoot).send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const { exitCode, output } = await verify();
    expect(exitCode).toBe(1);
    expect(output).toMatch(/\nNot verified\.\n/);
    expect(output).toContain('role/stranger');
    expect(output).toContain('Next step:');
    expect(output).not.toMatch(/\n\s+at /);
  });
});
