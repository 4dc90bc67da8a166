import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DesiredAccess } from '../../src/access/desired-access.ts';
import { synthesizeAccess, synthesizeAdoption } from '../../src/stack/synthesize.ts';
import { initJson, type StackSettings } from '../../src/stack/terraform-settings.ts';
import { access, cors, ours, policy, reversed, role, without } from './desired.ts';
import { roleOf } from '../access/world.ts';

interface TerraformJson {
  readonly terraform: {
    readonly backend?: Readonly<Record<string, unknown>>;
    readonly required_version: string;
    readonly required_providers: { readonly aws: { readonly version: string; readonly source: string } };
  };
  readonly provider: { readonly aws: readonly Readonly<Record<string, unknown>>[] };
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly import?: readonly { readonly to: string; readonly id: string; readonly provider?: string }[];
  readonly removed?: readonly unknown[];
}

const settings: StackSettings = { awsProviderVersion: '>= 5.100.0, < 7.0.0' };
const local: StackSettings = { ...settings, backend: { type: 'local', config: { path: 'state' } } };
const parse = (json: string) => JSON.parse(json) as TerraformJson;
const synthesized = (desired: DesiredAccess, how = settings) => parse(synthesizeAccess(desired, how));
const addresses = ({ resource = {} }: TerraformJson) =>
  Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));

describe('the addresses, which are contract', () => {
  it('are those of role, policies, attachments and one CORS configuration per bucket', () => {
    const desired = access({
      policies: [policy(1), policy(2), policy(3)],
      cors: [cors('share-with-kolena'), cors('1.data.example')],
    });
    expect(addresses(synthesized(desired)).sort()).toEqual([
      'aws_iam_policy.kolena',
      'aws_iam_policy.kolena_2',
      'aws_iam_policy.kolena_3',
      'aws_iam_role.kolena',
      'aws_iam_role_policy_attachment.kolena',
      'aws_iam_role_policy_attachment.kolena_2',
      'aws_iam_role_policy_attachment.kolena_3',
      'aws_s3_bucket_cors_configuration.bucket_1_data_example',
      'aws_s3_bucket_cors_configuration.bucket_share-with-kolena',
    ]);
  });

  it('are none when everything is taken away', () => {
    expect(addresses(synthesized(without(access({ policies: [], cors: [] }), 'role')))).toEqual([]);
  });
});

describe('the resources', () => {
  it('hold role, trust policy, boundary, session length and tags', () => {
    const boundary = 'arn:aws:iam::111122223333:policy/boundary';
    const desired = access({
      role: { ...role, path: '/vendors/', maxSessionDuration: 7200, permissionsBoundaryArn: boundary },
      tags: { team: 'vision' },
    });
    const { resource } = synthesized(desired);
    const { assume_role_policy, ...attributes } = resource?.['aws_iam_role']?.['kolena'] ?? {};
    expect(attributes).toEqual({
      name: 'KolenaS3ReadAccess',
      path: '/vendors/',
      description: 'Kolena reads images.',
      max_session_duration: 7200,
      permissions_boundary: boundary,
      tags: { team: 'vision' },
      lifecycle: { ignore_changes: ['description'] },
    });
    expect(JSON.parse(assume_role_policy as string)).toEqual(role.trustPolicy);
    expect(resource?.['aws_iam_policy']?.['kolena']).toMatchObject({ tags: { team: 'vision' } });
  });

  it('leave a boundary alone that the config says nothing of', () => {
    const ignored = ['description', 'tags', 'tags_all', 'permissions_boundary'];
    expect(synthesized(access()).resource?.['aws_iam_role']?.['kolena']).toMatchObject({
      lifecycle: { ignore_changes: ignored },
    });
  });

  it('keep the description of what is adopted, which IAM cannot change for a policy, and tags that the config says nothing of', () => {
    expect(synthesized(access()).resource?.['aws_iam_policy']?.['kolena']).toMatchObject({
      lifecycle: { ignore_changes: ['description', 'tags', 'tags_all'] },
    });
  });

  it('attach by reference, so that Terraform detaches before it deletes', () => {
    expect(synthesized(access()).resource?.['aws_iam_role_policy_attachment']?.['kolena']).toEqual({
      role: '${aws_iam_role.kolena.name}',
      policy_arn: '${aws_iam_policy.kolena.arn}',
    });
  });
});

describe('CORS configurations', () => {
  const foreign = {
    ID: 'cdn',
    AllowedMethods: ['GET', 'PUT'],
    AllowedOrigins: ['https://cdn.example'],
    AllowedHeaders: ['x-a'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 30,
  };
  const configuration = (others: readonly (typeof foreign)[], throughS3 = false) =>
    synthesized(access({ cors: [cors('b', { rules: { others, kolena: ours }, throughS3 })] })).resource?.[
      'aws_s3_bucket_cors_configuration'
    ]?.['bucket_b'];

  it('hold every rule, the foreign ones field by field and first', () => {
    expect(configuration([foreign])).toMatchObject({
      bucket: 'b',
      cors_rule: [
        {
          id: 'cdn',
          allowed_methods: ['GET', 'PUT'],
          allowed_origins: ['https://cdn.example'],
          allowed_headers: ['x-a'],
          expose_headers: ['ETag'],
          max_age_seconds: 30,
        },
        {
          id: 'kolena',
          allowed_methods: ['GET'],
          allowed_origins: ['https://app.kolena.io'],
          allowed_headers: ['*'],
        },
      ],
    });
  });

  it('with foreign rules may not be destroyed, since DeleteBucketCors would take them along', () => {
    expect(configuration([foreign])).toHaveProperty('lifecycle', { prevent_destroy: true });
    expect(configuration([foreign], true)).toHaveProperty('lifecycle', {
      prevent_destroy: true,
      ignore_changes: ['cors_rule'],
    });
    expect(configuration([])).not.toHaveProperty('lifecycle');
  });
});

describe('import blocks', () => {
  it('adopt all that exists under the ids that the AWS provider documents', () => {
    const arn = 'arn:aws:iam::111122223333:policy/KolenaS3ReadAccess';
    const desired = access({
      role: { ...role, exists: true },
      policies: [policy(1, { importArn: arn, attached: true })],
      cors: [cors('b', { exists: true }), cors('c', { exists: true, region: 'eu-west-1' })],
    });
    expect(synthesized(desired).import).toEqual([
      { to: 'aws_iam_role.kolena', id: 'KolenaS3ReadAccess' },
      { to: 'aws_iam_policy.kolena', id: arn },
      { to: 'aws_iam_role_policy_attachment.kolena', id: `KolenaS3ReadAccess/${arn}` },
      { to: 'aws_s3_bucket_cors_configuration.bucket_b', id: 'b' },
      { to: 'aws_s3_bucket_cors_configuration.bucket_c', id: 'c', provider: 'aws.eu-west-1' },
    ]);
  });

  it('leave an attachment to be made when the policy exists unattached', () => {
    const desired = access({ policies: [policy(1, { importArn: 'arn:aws:iam::111122223333:policy/p' })] });
    expect(synthesized(desired).import?.map(({ to }) => to)).toEqual(['aws_iam_policy.kolena']);
  });

  it('are absent in an empty account', () => {
    expect(synthesized(access())).not.toHaveProperty('import');
  });
});

describe('providers', () => {
  it('serve each other region by one alias, all bound to the account', () => {
    const desired = access({
      cors: [
        cors('a', { region: 'eu-west-1' }),
        cors('b'),
        cors('c', { region: 'eu-west-1' }),
        cors('d', { region: 'us-west-2' }),
      ],
    });
    const { provider, resource } = synthesized(desired);
    const allowed_account_ids = ['111122223333'];
    expect(provider.aws).toEqual([
      { region: 'us-east-1', allowed_account_ids },
      { alias: 'eu-west-1', region: 'eu-west-1', allowed_account_ids },
      { alias: 'us-west-2', region: 'us-west-2', allowed_account_ids },
    ]);
    const configurations = resource?.['aws_s3_bucket_cors_configuration'] ?? {};
    expect(Object.values(configurations).map((each) => each['provider'])).toEqual([
      'aws.eu-west-1',
      undefined,
      'aws.eu-west-1',
      'aws.us-west-2',
    ]);
  });

  it('are bound to no account without credentials', () => {
    expect(synthesized(without(access(), 'accountId')).provider.aws).toEqual([{ region: 'us-east-1' }]);
  });

  it('are held to the version constraint of the settings alone', () => {
    expect(synthesized(access()).terraform.required_providers.aws).toEqual({
      source: 'hashicorp/aws',
      version: '>= 5.100.0, < 7.0.0',
    });
  });

  it.each([
    ['no backend', settings],
    ['a backend', local],
    ['the s3 backend', { ...settings, backend: { type: 's3', config: { assume_role: '{"role_arn":"r"}' } } }],
  ])('are what init is told before cdktf is loaded, with %s', (_, how) => {
    const { terraform } = synthesized(access(), how);
    expect(parse(initJson(how))).toEqual({ terraform });
  });

  // https://developer.hashicorp.com/terraform/language/upgrade-guides names the version of each.
  it.each([
    ['import blocks', undefined, [], '>= 1.5.0'],
    ['removed blocks', 'local', ['dropped'], '>= 1.7.0'],
    ["the s3 backend's lock file", 's3', ['dropped'], '>= 1.10.0'],
  ])('need a Terraform that knows %s', (_, type, dropped, version) => {
    const cors = dropped.map((bucket) => ({
      bucket,
      region: 'us-east-1',
      rules: { others: [], kolena: ours },
    }));
    const desired = { ...access(), removals: { policies: [], cors } };
    const backend = type === undefined ? {} : { backend: { type, config: {} } };
    expect(synthesized(desired, { ...settings, ...backend }).terraform.required_version).toBe(version);
  });
});

describe('the backend', () => {
  const backendOf = (type: string, config: Record<string, string>) =>
    synthesized(access(), { ...settings, backend: { type, config } }).terraform.backend;

  it('is none in a stateless run', () => {
    expect(synthesized(access()).terraform).not.toHaveProperty('backend');
  });

  it('locks and encrypts in S3 unless the user says otherwise', () => {
    expect(backendOf('s3', { bucket: 's', key: 'k' })).toEqual({
      s3: { bucket: 's', key: 'k', encrypt: 'true', use_lockfile: 'true' },
    });
    expect(backendOf('s3', { bucket: 's', use_lockfile: 'false' })).toMatchObject({
      s3: { use_lockfile: 'false' },
    });
  });

  it('is any other one by name, with its values as they are', () => {
    expect(backendOf('http', { address: 'https://state.example/${x}' })).toEqual({
      http: { address: 'https://state.example/${x}' },
    });
  });

  it('takes objects as JSON, since Terraform turns no string into one', () => {
    const assume_role = { role_arn: 'arn:aws:iam::111122223333:role/state' };
    expect(backendOf('s3', { assume_role: JSON.stringify(assume_role) })).toMatchObject({
      s3: { assume_role },
    });
    expect(backendOf('pg', { schema_name: '{odd' })).toEqual({ pg: { schema_name: '{odd' } });
  });
});

describe('CORS configurations on their way out', () => {
  const removals = {
    policies: [],
    cors: [{ bucket: 'old.data', region: 'eu-west-1', rules: { others: [], kolena: ours } }],
  };

  it('are let go of without being destroyed when there is a state', () => {
    const { removed, provider } = synthesized(access({ removals }), local);
    expect(removed).toEqual([
      { from: 'aws_s3_bucket_cors_configuration.bucket_old_data', lifecycle: { destroy: false } },
    ]);
    expect(provider.aws.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
  });

  it('are unknown to Terraform without one', () => {
    expect(synthesized(access({ removals }))).not.toHaveProperty('removed');
  });
});

describe('synthesizeAdoption', () => {
  const arn = 'arn:aws:iam::111122223333:policy/KolenaS3ReadAccess-2';
  const unneeded = { number: 2, name: 'KolenaS3ReadAccess-2', arn, attached: true };

  it('imports role, policies and attachments, and changes nothing in them', () => {
    const rest = without(access({ policies: [], cors: [] }), 'role');
    const removals = { role: { name: 'KolenaS3ReadAccess', path: '/x/' }, policies: [unneeded], cors: [] };
    const json = parse(synthesizeAdoption({ ...rest, removals }, settings));
    expect(json.import).toEqual([
      { to: 'aws_iam_role.kolena', id: 'KolenaS3ReadAccess' },
      { to: 'aws_iam_policy.kolena_2', id: arn },
      { to: 'aws_iam_role_policy_attachment.kolena_2', id: `KolenaS3ReadAccess/${arn}` },
    ]);
    expect(addresses(json)).toHaveLength(3);
    for (const named of Object.values(json.resource ?? {}))
      for (const attributes of Object.values(named))
        expect(attributes).toHaveProperty('lifecycle', { ignore_changes: 'all' });
  });

  it('leaves the role alone when only a policy goes, and a policy that is not attached without attachment', () => {
    const removals = { policies: [unneeded, { ...unneeded, number: 3, attached: false }], cors: [] };
    const json = parse(synthesizeAdoption(access({ removals }), settings));
    expect(addresses(json).sort()).toEqual([
      'aws_iam_policy.kolena_2',
      'aws_iam_policy.kolena_3',
      'aws_iam_role_policy_attachment.kolena_2',
    ]);
  });

  it('detaches from a former role before it goes, also what stays', () => {
    const stays = 'arn:aws:iam::111122223333:policy/KolenaS3ReadAccess';
    const former = roleOf({
      name: 'OldRole',
      path: '/old/',
      attachedPolicies: [
        { name: 'KolenaS3ReadAccess-2', arn },
        { name: 'KolenaS3ReadAccess', arn: stays },
      ],
    });
    const removals = { policies: [{ ...unneeded, attached: false }], formerRoles: [former], cors: [] };
    const json = parse(synthesizeAdoption(access({ removals }), settings));
    expect(json.import).toEqual([
      { to: 'aws_iam_policy.kolena_2', id: arn },
      { to: 'aws_iam_role.kolena_former_1', id: 'OldRole' },
      { to: 'aws_iam_role_policy_attachment.kolena_former_1_1', id: `OldRole/${arn}` },
      { to: 'aws_iam_role_policy_attachment.kolena_former_1_2', id: `OldRole/${stays}` },
    ]);
    const attachments = json.resource?.['aws_iam_role_policy_attachment'];
    expect(attachments).toMatchObject({
      kolena_former_1_1: {
        role: '${aws_iam_role.kolena_former_1.name}',
        policy_arn: '${aws_iam_policy.kolena_2.arn}',
      },
      kolena_former_1_2: { role: '${aws_iam_role.kolena_former_1.name}', policy_arn: stays },
    });
  });
});

describe('determinism', () => {
  const desired = access({
    role: { ...role, exists: true },
    policies: [policy(1), policy(2)],
    cors: [
      cors('a', { region: 'eu-west-1', rules: { others: [{ ...ours, ID: 'x' }], kolena: ours } }),
      cors('b'),
    ],
    tags: { team: 'vision', cost: '7' },
  });
  const s3: StackSettings = { ...settings, backend: { type: 's3', config: { bucket: 'b', key: 'k' } } };

  it('gives the same bytes for the same input, however the keys are ordered', () => {
    const first = synthesizeAccess(desired, s3);
    expect(synthesizeAccess(desired, s3)).toBe(first);
    expect(reversed(desired)).toEqual(desired);
    expect(synthesizeAccess(reversed(desired), reversed(s3))).toBe(first);
  });

  it('names no path of this machine and no version of cdktf', () => {
    const json = synthesizeAccess(desired, s3);
    expect(json).not.toContain('"//"');
    expect(json).not.toContain(process.cwd());
    expect(json).not.toMatch(/\b0\.2\d\.\d|\b6\.\d+\.\d+/);
  });

  it('writes no file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'synthesize-'));
    const before = process.cwd();
    process.chdir(directory);
    try {
      synthesizeAccess(desired, s3);
    } finally {
      process.chdir(before);
    }
    expect(readdirSync(directory)).toEqual([]);
  });
});
