import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TEMPLATE_LIMIT } from '../../bootstrap/template.ts';
import { bootstrapStack, bootstrapTemplate, bootstrapYaml, permissionsOf } from '../support/bootstrap.ts';
import { isAllowed, resolveTemplate } from '../support/cloudformation.ts';
import type { Statement } from '../../src/iam/policy-document.ts';

const statement = (sid: string, parameters: Readonly<Record<string, string>> = {}): Statement | undefined =>
  permissionsOf(bootstrapStack(parameters), 'deploy').Statement.find(({ Sid }) => Sid === sid);

describe('bootstrap.yaml', () => {
  it('and the policies in docs/ are what the code writes', () => {
    const script = 'scripts/write-bootstrap.ts';
    const check = () =>
      execFileSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', script, '--check'], { stdio: 'pipe' });
    expect(check).not.toThrow();
  });

  it('can be deployed without a bucket, and by service-managed StackSets', () => {
    expect(Buffer.byteLength(bootstrapYaml)).toBeLessThanOrEqual(TEMPLATE_LIMIT);
    expect(bootstrapTemplate).not.toHaveProperty('Transform');
    expect(bootstrapYaml).not.toMatch(/Fn::(Transform|ForEach|ToJsonString|Length)|^ *[^"]*: [&*]\w/m);
    expect(
      Buffer.byteLength((bootstrapTemplate as unknown as { Description: string }).Description),
    ).toBeLessThanOrEqual(1024);
  });

  it('has no parameter or condition that nothing uses, and uses none that is not there', () => {
    const names = [
      ...Object.keys(bootstrapTemplate.Parameters),
      ...Object.keys(bootstrapTemplate.Conditions),
    ];
    const body = JSON.stringify([
      bootstrapTemplate.Conditions,
      bootstrapTemplate.Resources,
      bootstrapTemplate.Outputs,
    ]);
    const used = (name: string) =>
      body.includes(`{"Ref":"${name}"}`) ||
      body.includes(`\${${name}}`) ||
      body.includes(`"Fn::If":["${name}"`) ||
      body.includes(`"Condition":"${name}"`);
    expect(names.filter((name) => !used(name))).toEqual([]);
    const asked = [...body.matchAll(/"Fn::If":\["(\w+)"/g)].map(([, name = '']) => name);
    expect(asked.filter((name) => !(name in bootstrapTemplate.Conditions))).toEqual([]);
  });

  it('shows every parameter in one group of the console', () => {
    const { Metadata } = bootstrapTemplate as unknown as {
      Metadata: Record<string, { ParameterGroups: { Parameters: string[] }[] }>;
    };
    const grouped = Metadata['AWS::CloudFormation::Interface']?.ParameterGroups.flatMap(
      ({ Parameters }) => Parameters,
    );
    expect(grouped?.sort()).toEqual(Object.keys(bootstrapTemplate.Parameters).sort());
  });

  it('deletes the roles with the stack, and nothing else', () => {
    const policies = Object.entries(bootstrapTemplate.Resources).map(([id, resource]) => [
      id,
      resource.DeletionPolicy,
      resource.UpdateReplacePolicy,
    ]);
    expect(policies).toEqual([
      ['GitHubProvider', 'Retain', 'Retain'],
      ['DeployRole', 'Delete', 'Delete'],
      ['PlanRole', 'Delete', 'Delete'],
      ['StateBucket', 'Retain', 'Retain'],
    ]);
  });

  it('creates the provider only when told to, and the bucket only by name', () => {
    expect(Object.keys(bootstrapStack().resources)).toEqual(['DeployRole', 'PlanRole']);
    const all = bootstrapStack({ OidcProvider: 'create', StateBucketName: 'acme-state' });
    expect(Object.keys(all.resources)).toHaveLength(4);
    expect(all.outputs['StateBucketName']).toBe('acme-state');
  });

  it.each(['RepositoryId', 'RepositoryOwnerId'])('refuses an empty %s on github.com', (name) => {
    expect(() => bootstrapStack({ [name]: '' })).toThrow(`${name} is required on github.com`);
  });

  it.each(['Repository', 'Buckets', 'OidcProvider'])('has no default for %s', (name) => {
    expect(bootstrapTemplate.Parameters[name]).not.toHaveProperty('Default');
  });
});

describe('the patterns of the parameters', () => {
  const parameters = Object.entries(bootstrapTemplate.Parameters);
  // A value that each takes, so that what is refused is refused for what is put into it.
  const good: Readonly<Record<string, string>> = {
    Repository: 'my-org/my-repo',
    RepositoryId: '1',
    RepositoryOwnerId: '1',
    Buckets: 'share-with-kolena',
    OidcProvider: 'create',
    Environment: 'production',
    Workflows: 'kolena-access.yml',
    Subject: 'repo:my-org/my-repo',
    PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/b',
    StateBucketName: 'acme-state',
    KmsKeyArns: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
  };

  describe.each(parameters)('%s', (name, parameter) => {
    const value = good[name] ?? parameter.Default ?? '';

    it('is anchored, and takes a good value and the default', () => {
      expect(parameter.AllowedPattern).toMatch(/^\^.*\$$/);
      expect(isAllowed(parameter, value)).toBe(true);
      expect(parameter.Default === undefined || isAllowed(parameter, parameter.Default)).toBe(true);
    });

    it.each([
      '"',
      "'",
      '\\',
      '\n',
      '\r',
      '\t',
      '$',
      '${AWS::NoValue}',
      '{',
      '}',
      '*',
      '?',
      '<',
      '%22',
      '", "*',
    ])('refuses %j', (bad) => {
      const pattern = name === 'Buckets' && /^[*?]$/.test(bad);
      const percent = name === 'Subject' && bad === '%22';
      for (const text of [
        bad,
        `${bad}${value}`,
        `${value}${bad}`,
        `${value.slice(0, 2)}${bad}${value.slice(2)}`,
      ]) {
        // An item of a list is trimmed by CloudFormation.
        const isList = parameter.Type === 'CommaDelimitedList';
        if (isList && /^\s$/.test(bad) && ['', value].includes(text.trim())) continue;
        const wanted = (pattern && text === `${value}${bad}`) || (percent && !text.startsWith(bad));
        expect(isAllowed(parameter, text), text).toBe(wanted);
      }
    });
  });

  it.each([
    '',
    '*',
    '?',
    'ab*',
    '*-images',
    'a,,b',
    'share-with-kolena,',
    'share-with-kolena,*',
    's3://b/',
    'bucket/prefix/',
  ])('refuses %j as Buckets', (value) => {
    expect(() => bootstrapStack({ Buckets: value })).toThrow('Buckets must match');
  });

  it.each([
    ['Workflows', 'a.yml,b.yml,c.yml,d.yml'],
    ['RoleName', 'a,b,c'],
    ['PolicyName', 'a,b,c'],
    ['RoleName', ''],
  ])('refuses %s=%j, which has no place in the template', (name, value) => {
    expect(() => bootstrapStack({ [name]: value })).toThrow(`${name} must match`);
  });
});

describe('what the roles may do', () => {
  it('reaches the buckets of the list in every partition', () => {
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov']) {
      const stack = resolveTemplate(
        bootstrapTemplate,
        {
          Repository: 'o/r',
          RepositoryId: '1',
          RepositoryOwnerId: '2',
          OidcProvider: 'existing',
          Buckets: 'one-bucket, acme-*,Old_Name',
        },
        { accountId: '111122223333', partition },
      );
      for (const mode of ['plan', 'deploy'] as const)
        expect(permissionsOf(stack, mode).Statement.find(({ Sid }) => Sid === 'Buckets')?.Resource).toEqual(
          ['one-bucket', 'acme-*', 'Old_Name'].map((name) => `arn:${partition}:s3:::${name}`),
        );
    }
  });

  it('is scoped to the role and the numbered policies, both names of a rename included', () => {
    const names = { RoleName: 'R,S', PolicyName: 'P,Q', IamPath: '/vendors/' };
    const arn = 'arn:aws:iam::111122223333';
    expect(statement('KolenaRole', names)?.Resource).toEqual([
      `${arn}:role/vendors/R`,
      `${arn}:role/vendors/S`,
    ]);
    const policies = ['P', 'Q', 'P-?', 'Q-?', 'P-??', 'Q-??'].map((name) => `${arn}:policy/vendors/${name}`);
    expect(statement('KolenaPolicies', names)?.Resource).toEqual(policies);
    expect(statement('KolenaRoleAttachments', names)?.Condition).toEqual({
      ArnLike: { 'iam:PolicyARN': policies },
    });
    expect(statement('KolenaRole')?.Resource).toEqual([`${arn}:role/KolenaS3ReadAccess`]);
  });

  it('demands the permissions boundary, and never takes one off', () => {
    const boundary = { PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary' };
    const Condition = { StringEquals: { 'iam:PermissionsBoundary': boundary.PermissionsBoundaryArn } };
    expect(statement('KolenaRoleCreation', boundary)).toMatchObject({ Condition });
    expect(statement('KolenaRoleBoundary', boundary)).toMatchObject({ Condition });
    expect(statement('KolenaRoleCreation')).not.toHaveProperty('Condition');
    expect(statement('KolenaRoleBoundary')).toBeUndefined();
    expect(bootstrapYaml).not.toContain('DeleteRolePermissionsBoundary');
  });

  it('writes nothing as the plan role but the lock of the state', () => {
    const plan = permissionsOf(bootstrapStack({ StateBucketName: 'acme-state' }), 'plan');
    const writes = plan.Statement.filter(({ Action }) =>
      /:(?:Put|Create|Delete|Update|Attach|Tag|Assume)/.test(String(Action)),
    );
    expect(writes.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ['StateLock', ['arn:aws:s3:::acme-state/kolena-s3-access.tfstate.tflock']],
    ]);
  });

  it('looks up CloudTrail only when told to, and only as the deploy role', () => {
    const stack = bootstrapStack({ ReadCloudTrail: 'true' });
    expect(JSON.stringify(permissionsOf(stack, 'deploy'))).toContain('cloudtrail:LookupEvents');
    expect(
      JSON.stringify([permissionsOf(stack, 'plan'), permissionsOf(bootstrapStack(), 'deploy')]),
    ).not.toContain('cloudtrail');
  });

  it.each(['plan', 'deploy'] as const)(
    'reads, as the %s role, the policies of the keys that it is given, and of none else',
    (mode) => {
      const arns = ['a', 'b'].map((id) => `arn:aws:kms:eu-west-1:111122223333:key/${id}`);
      const given = permissionsOf(bootstrapStack({ KmsKeyArns: arns.join(',') }), mode);
      expect(given.Statement.find(({ Sid }) => Sid === 'Keys')).toMatchObject({
        Action: ['kms:DescribeKey', 'kms:GetKeyPolicy'],
        Resource: arns,
      });
      expect(JSON.stringify(permissionsOf(bootstrapStack(), mode))).not.toContain('kms:');
    },
  );

  it("fits a role's 10,240 characters of inline policies with the longest list of names of 20 characters that a parameter holds", () => {
    const names = Array.from({ length: 195 }, (_, at) => `acme-images-${String(at).padStart(8, '0')}`);
    const Buckets = names.join(',');
    expect(Buckets.length).toBeGreaterThan(4090);
    expect(Buckets.length).toBeLessThanOrEqual(4096);
    const full = bootstrapStack({
      Buckets,
      RoleName: 'A,B',
      PolicyName: 'A,B',
      StateBucketName: 'acme-state',
    });
    expect(JSON.stringify(permissionsOf(full, 'deploy')).length).toBeLessThanOrEqual(10_240);
  });
});

describe('the output Workflow', () => {
  const workflow = (parameters: Readonly<Record<string, string>>) =>
    parse(bootstrapStack(parameters).outputs['Workflow'] ?? '') as {
      on: { push: { branches: string[] } };
      jobs: Record<string, { environment?: string; steps: { with?: Record<string, string> }[] }>;
    };

  it('is the workflow of examples/plan-and-apply', () => {
    const example: unknown = parse(readFileSync('examples/plan-and-apply/workflow.yml', 'utf8'));
    expect(workflow({ Environment: 'production' })).toEqual(example);
  });

  it('names no environment where there is none, and the branch, audience and state where they are given', () => {
    const { on, jobs } = workflow({ Branch: 'trunk', Audience: 'aws', StateBucketName: 'acme-state' });
    expect(on.push.branches).toEqual(['trunk']);
    expect(jobs['apply']).not.toHaveProperty('environment');
    for (const { steps } of Object.values(jobs))
      expect(steps[1]?.with).toMatchObject({
        audience: 'aws',
        backend: 's3',
        'backend-config': 'bucket=acme-state\nkey=kolena-s3-access.tfstate\nregion=us-east-1\n',
      });
  });
});
