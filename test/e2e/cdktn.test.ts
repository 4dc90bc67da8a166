import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AWS_PROVIDER_VERSION } from '../../src/stack/terraform-settings.ts';
import { synthesizeAccess } from '../../src/stack/synthesize.ts';
import { access, cors, ours, policy, role } from '../stack/desired.ts';
import { repository } from '../support/cache-folder.ts';
import { cdktfProject } from '../support/cdktf-project.ts';
import { startMoto, type Moto } from '../support/moto.ts';
import { node24 } from '../support/node24.ts';
import { packageFolder } from '../support/package-folder.ts';
import { localTerraform } from '../support/terraform.ts';

const config = 'buckets: [share-with-kolena]\nkolena-principal-arn: arn:aws:iam::444455556666:role/kolena\n';
let folder: string;
let node: string;
let renamed: { env: Record<string, string>; args: string[] };

beforeAll(() => {
  folder = packageFolder('cdktn');
  node = node24();
  const hooks = pathToFileURL(join(repository, 'test/support/cdktn/rename-imports.ts')).href;
  renamed = {
    env: { CDKTN_FOLDER: folder, PATH: process.env['PATH'] ?? '' },
    args: ['--no-warnings', '--import', hooks],
  };
});

describe('on cdktn, by other names of imports alone', () => {
  test('the stack gives the same bytes', () => {
    const desired = access({
      role: { ...role, exists: true },
      policies: [policy(1), policy(2, { importArn: 'arn:aws:iam::111122223333:policy/p', attached: true })],
      cors: [
        cors('a.b', {
          region: 'eu-west-1',
          rules: { others: [{ ...ours, ID: '${x}' }], kolena: ours },
          exists: true,
        }),
        cors('c'),
      ],
      tags: { team: 'vision' },
      removals: {
        policies: [],
        cors: [{ bucket: 'old', region: 'us-west-2', rules: { others: [], kolena: ours } }],
      },
    });
    const settings = {
      awsProviderVersion: AWS_PROVIDER_VERSION,
      backend: { type: 's3', config: { bucket: 'state', key: 'k' } },
    };
    const script = join(repository, 'test/support/cdktn/synthesize.ts');
    const input = JSON.stringify({ desired, settings });
    const onCdktn = execFileSync(node, [...renamed.args, script], {
      input,
      env: renamed.env,
      encoding: 'utf8',
    });
    expect(onCdktn).toBe(synthesizeAccess(desired, settings));
  });

  test('main.ts writes the same Terraform JSON', async () => {
    const [onCdktn, onCdktf] = [cdktfProject(), cdktfProject()];
    for (const project of [onCdktn, onCdktf]) project.write('kolena-s3.yml', config);
    const app = (args: readonly string[]) => [node, '--no-warnings', ...args, join(repository, 'main.ts')];
    expect(await onCdktf.run([], {}, app([]))).toMatchObject({ exitCode: 0 });
    expect(await onCdktn.run([], renamed.env, app(renamed.args))).toMatchObject({ exitCode: 0 });
    // They write empty objects differently.
    const [json = '', expected = ''] = [onCdktn.terraformJson(), onCdktf.terraformJson()];
    expect(JSON.parse(json)).toEqual(JSON.parse(expected));
  });
});

describe('cdktn-cli on Node 24', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.stop());

  test('cdktn-cli deploys the very same app and cdktf.json', async () => {
    const project = cdktfProject();
    project.write('kolena-s3.yml', `${config}cors: off\n`);
    await fetch(`${moto.url}/share-with-kolena`, { method: 'PUT', headers: { Host: 's3.amazonaws.com' } });
    const terraform = await localTerraform();
    const env = {
      ...terraform.env,
      PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`,
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const cdktn = [node, join(folder, 'node_modules/cdktn-cli/bundle/bin/cdktn')];
    const { exitCode, output } = await project.run(['deploy', '--auto-approve'], env, cdktn);
    expect(output).toMatch(/Resources: 3 added, 0 changed, 0 destroyed/);
    expect(exitCode).toBe(0);
  });
});
