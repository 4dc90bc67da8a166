import {
  GetPolicyVersionCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  S3Client,
  type CORSRule,
} from '@aws-sdk/client-s3';
import { delimiter, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { without } from '../stack/desired.ts';
import { cdktfProject, type CdktfProject } from '../support/cdktf-project.ts';
import { startMoto, type Moto } from '../support/moto.ts';
import { node24 } from '../support/node24.ts';
import { packageFolder } from '../support/package-folder.ts';
import { seedCors, seedExternalId, seedPolicy, seedTrustPolicy } from '../support/seed.ts';
import { localTerraform } from '../support/terraform.ts';
import { stopAtFirstFailure } from '../support/story.ts';

const bucket = 'share-with-kolena';
const principal = 'arn:aws:iam::444455556666:role/service/kolena-platform';
const foreign: CORSRule[] = [
  {
    ID: '${cdn}',
    AllowedMethods: ['GET', 'PUT'],
    AllowedOrigins: ['https://cdn.example'],
    ExposeHeaders: ['ETag'],
  },
  {
    AllowedMethods: ['GET'],
    AllowedOrigins: ['https://*.example'],
    AllowedHeaders: ['x-%{if}'],
    MaxAgeSeconds: 60,
  },
];

let moto: Moto;
let project: CdktfProject;
let env: Record<string, string>;
let withoutCredentials: Record<string, string>;
let binary: string;

const keys = { accessKeyId: 'test', secretAccessKey: 'test' };
const s3 = () =>
  new S3Client({ endpoint: moto.url, region: 'eu-west-1', credentials: keys, forcePathStyle: true });
const iam = () => new IAMClient({ endpoint: moto.url, region: 'us-east-1', credentials: keys });
const corsRules = async () => (await s3().send(new GetBucketCorsCommand({ Bucket: bucket }))).CORSRules ?? [];
const config = (...lines: string[]) =>
  [
    `buckets: [${bucket}]`,
    `kolena-principal-arn: ${principal}`,
    `kolena-external-id: ${seedExternalId}`,
    ...lines,
  ].join('\n');

/** As `app` of cdktf.json: what `cdktf synth` runs, in a tenth of its CPU time. */
const synthesize = (by = env) => project.run([], by, [node24(), '--no-warnings', 'main.ts']);
/** Terraform on the stack as it is synthesized now, in the folder that `cdktf` initialized. */
const terraform = async (...args: readonly string[]) => {
  expect(await synthesize()).toMatchObject({ exitCode: 0 });
  return project.run([], env, [binary, '-chdir=cdktf.out/stacks/kolena-s3-access', ...args, '-no-color']);
};

stopAtFirstFailure();
beforeAll(async () => {
  // Fetched here, once: no test's own time is meant for it.
  packageFolder('cdktf-cli');
  moto = await startMoto();
  const local = await localTerraform();
  binary = local.binary;
  withoutCredentials = { ...local.env, AWS_ENDPOINT_URL: moto.url, HOME: '/nonexistent' };
  env = {
    ...local.env,
    // The app alone runs on it, as `npx tsx` of cdktf.json: a Node that compiles a file once.
    PATH: [dirname(node24()), local.env['PATH'] ?? process.env['PATH']].join(delimiter),
    AWS_ENDPOINT_URL: moto.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const location = { LocationConstraint: 'eu-west-1' } as const;
  await s3().send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: location }));
  await s3().send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: foreign } }));
  project = cdktfProject();
  project.write('kolena-s3.yml', config());
});

afterAll(async () => {
  await moto.stop();
});

describe('npx cdktf, with the committed main.ts and cdktf.json', () => {
  it('synth without credentials warns, and emits no CORS document that would replace unseen rules', async () => {
    const { exitCode, output } = await project.run(['synth'], withoutCredentials);
    expect(output).toMatch(/Without AWS credentials the CORS rules of the buckets could not be read/);
    expect(exitCode).toBe(0);
    expect(project.terraformJson()).toContain('aws_iam_role');
    expect(project.terraformJson()).not.toContain('aws_s3_bucket_cors_configuration');
  });

  it('synth without credentials emits our rule alone when told to', async () => {
    project.write('kolena-s3.yml', config('cors: replace'));
    const { exitCode } = await synthesize(withoutCredentials);
    expect(exitCode).toBe(0);
    expect(project.terraformJson()).toContain('aws_s3_bucket_cors_configuration');
    project.write('kolena-s3.yml', config());
  });

  it('works on the empty state that a Ctrl-C leaves, and says what to do with a broken one', async () => {
    const state = 'terraform.kolena-s3-access.tfstate';
    project.write(state, '{"version": 4, "resou');
    const { exitCode, output } = await synthesize();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/is not a state of Terraform[^]*Next step: Put .*\.backup in its place/);
    expect(output).not.toMatch(/^\s+at .+\.ts:\d+/m);
    project.write(state, '');
    expect((await synthesize()).exitCode).toBe(0);
  });

  it('diff shows what deploy would add, and how the foreign CORS rules may suffer', async () => {
    const { exitCode, output } = await project.run(['diff'], env);
    expect(output).toMatch(/Plan: 1 to import, 3 to add, 1 to change, 0 to destroy\./);
    expect(output.replaceAll(/\s+/g, ' ')).toMatch(/keeps the 3 CORS rules of share-with-kolena as a set/);
    expect(exitCode).toBe(0);
  });

  it("deploy gives the access, with the page's documents and the foreign rules kept", async () => {
    const { exitCode, output } = await project.run(['deploy', '--auto-approve'], env);
    expect(output).toMatch(/Resources: 1 imported, 3 added, 1 changed, 0 destroyed/);
    expect(output).toMatch(/role-arn = "?arn:aws:iam::\d{12}:role\/KolenaS3ReadAccess/);
    expect(output).toMatch(/policy-arns/);
    expect(exitCode).toBe(0);

    const { Role } = await iam().send(new GetRoleCommand({ RoleName: 'KolenaS3ReadAccess' }));
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(
      seedTrustPolicy(principal),
    );
    const { AttachedPolicies = [] } = await iam().send(
      new ListAttachedRolePoliciesCommand({ RoleName: 'KolenaS3ReadAccess' }),
    );
    const [policy] = AttachedPolicies;
    const { PolicyVersion } = await iam().send(
      new GetPolicyVersionCommand({ PolicyArn: policy?.PolicyArn ?? '', VersionId: 'v1' }),
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual(seedPolicy);

    const rules = await corsRules();
    expect(rules).toHaveLength(foreign.length + seedCors.length);
    for (const rule of foreign) expect(rules).toContainEqual({ MaxAgeSeconds: 0, ...rule });
    // S3 answers without a list that is empty.
    expect(rules).toContainEqual({
      ...without(seedCors[0] as CORSRule, 'ExposeHeaders'),
      ID: 'KolenaS3Access',
      MaxAgeSeconds: 0,
    });
  });

  it('Terraform finds no difference afterwards, and the state lies beside cdktf.json', async () => {
    expect((await terraform('plan')).output).toMatch(/No changes\./);
    expect(project.read('terraform.kolena-s3-access.tfstate')).toContain('aws_s3_bucket_cors_configuration');
  });

  it('destroy refuses to delete a CORS configuration that holds foreign rules', async () => {
    const { exitCode, output } = await terraform('destroy', '-auto-approve');
    expect(output).toMatch(/Instance cannot be destroyed/);
    expect(exitCode).not.toBe(0);
    expect(await corsRules()).toHaveLength(3);
  });

  it('deploy with cors: off lets go of the CORS configuration, says how to remove our rule, and then destroy works', async () => {
    project.write('kolena-s3.yml', config('cors: off'));
    const before = await corsRules();
    const deployed = await project.run(['deploy', '--auto-approve'], env);
    expect(deployed.output).toMatch(/aws s3api put-bucket-cors --bucket share-with-kolena/);
    expect(deployed.exitCode, deployed.output).toBe(0);
    const destroyed = await project.run(['destroy', '--auto-approve'], env);
    expect(destroyed.output).toMatch(/Destroy complete! Resources: 3 destroyed/);
    expect(await corsRules()).toEqual(before);
  });

  it('Ctrl-C during deploy leaves nothing that stops the next one', async () => {
    const stopped = await project.interrupt(/: Creating\.\.\./, ['deploy', '--auto-approve'], env);
    expect(stopped.output).toMatch(/Interrupt received|aborted/);
    const { exitCode, output } = await project.run(['deploy', '--auto-approve'], env);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/Apply complete/);
    expect((await terraform('plan')).output).toMatch(/No changes\./);
  });

  it("shows a problem of the config as what it is and the next step, without the app's stack trace", async () => {
    project.write('kolena-s3.yml', 'buckets: [UPPER]\nkolena-principal-arn: nobody\n');
    const { exitCode, output } = await project.run(['synth'], env);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/UPPER[\s\S]*Next step:/);
    expect(output).not.toMatch(/^\s+at .+\.ts:\d+/m);
  });
});
