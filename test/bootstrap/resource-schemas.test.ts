import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { bootstrapStack, bootstrapTemplate, exampleParameters } from '../support/bootstrap.ts';
import type { Resource } from '../support/cloudformation.ts';
// Of AWS's resource schemas of 20 October 2026, for what bootstrap.yaml uses; of the bucket's, the properties that it sets.
// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
import schemas from './resource-schemas.json' with { type: 'json' };

// A policy document is an object or a text; the formats, such as a bucket's name, are AWS's own.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

/** What AWS's schema finds wrong with a resource. */
function problemsOf({ Type, Properties }: Resource): readonly string[] {
  const validate = ajv.compile(schemas[Type as keyof typeof schemas]);
  validate(Properties);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

const stacks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'of the examples': exampleParameters,
  'with all that can be had': {
    OidcProvider: 'create',
    Environment: 'aws-production',
    Workflows: 'a.yml,b.yml,c.yml',
    RoleName: 'KolenaS3ReadAccess,Former',
    PolicyName: 'KolenaS3ReadAccess,Former',
    PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary',
    ReadCloudTrail: 'true',
    StateBucketName: 'my-org-terraform-state',
  },
};

test.each(Object.entries(stacks))(
  "the resources of the stack %s are as AWS's schemas want them",
  (_, given) => {
    const { resources } = bootstrapStack(given);
    for (const [id, resource] of Object.entries(resources)) expect(problemsOf(resource), id).toEqual([]);
  },
);

test('each resource stands in one of the stacks', () => {
  const seen = Object.values(stacks).flatMap((given) => Object.keys(bootstrapStack(given).resources));
  expect([...new Set(seen)].sort()).toEqual(Object.keys(bootstrapTemplate.Resources).sort());
});

test.each<[string, object, string]>([
  ['AWS::IAM::Role', { AssumeRolePolicyDocument: {}, RoleNames: 'x' }, 'additional properties'],
  ['AWS::IAM::Role', { RoleName: 'x' }, "required property 'AssumeRolePolicyDocument'"],
  ['AWS::S3::Bucket', { VersioningConfiguration: { Status: 'On' } }, 'one of the allowed values'],
])('a mistake in %s would be found', (Type, properties, problem) => {
  const Properties = properties as Resource['Properties'];
  expect(problemsOf({ Type, Properties }).join()).toContain(problem);
});
