import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parseAccessConfig } from '../../src/config/parse.ts';

const arn = 'arn:aws:iam::111122223333:role/kolena';
const id = 'topsecret-external-id';

/** Kolena's page's trust policy: https://docs.kolena.io, "Amazon S3 integration", step 2. */
const statement = {
  Sid: 'KolenaAssumeRole',
  Effect: 'Allow',
  Principal: { AWS: arn },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': [id] } },
};
const policy = { Version: '2012-10-17', Statement: [statement] };

const read = (value: unknown, others: object = {}) =>
  parseAccessConfig({ buckets: ['share-with-kolena'], 'kolena-trust-policy': value, ...others });

/** What a YAML file gives for a key with this value. */
const inYaml = (value: string) => (parseYaml(`key: ${value}`) as { readonly key: unknown }).key;

const refusal = (value: unknown, others?: object) => {
  try {
    read(value, others);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was taken.');
};
const withStatement = (changes: object) => ({ ...policy, Statement: [{ ...statement, ...changes }] });

describe("Kolena's trust policy says principal and external ID", () => {
  const expected = { kolenaPrincipalArn: arn, kolenaExternalId: id };
  test.each([
    ['as one line', JSON.stringify(policy)],
    ['indented with tabs, as on the page', JSON.stringify(policy, null, '\t')],
    ['as a mapping', policy],
    ['as one statement without a list', { ...policy, Statement: statement }],
    [
      'with values that are not lists',
      withStatement({ Condition: { StringEquals: { 'sts:ExternalId': id } } }),
    ],
    ['with lists of one', withStatement({ Principal: { AWS: [arn] }, Action: ['sts:AssumeRole'] })],
    [
      'with another case of names that IAM does not tell apart',
      withStatement({ Condition: { stringEquals: { 'sts:externalid': id } } }),
    ],
    [
      'pasted into YAML as a block',
      inYaml(`|\n${JSON.stringify(policy, null, '\t').replaceAll(/^/gm, '  ')}`),
    ],
    ['pasted into YAML as it is', inYaml(JSON.stringify(policy, null, 4).replaceAll('\n', '\n  '))],
  ])('%s', (_, value) => {
    expect(read(value)).toMatchObject(expected);
  });

  test('an account root is taken as it is, and the report says whom it means', () => {
    const root = 'arn:aws:iam::111122223333:root';
    expect(read(withStatement({ Principal: { AWS: root } })).kolenaPrincipalArn).toBe(root);
  });

  test.each([
    ['no condition', { Condition: undefined }],
    ['an empty condition', { Condition: {} }],
  ])('with %s there is no external ID', (_, changes) => {
    const config = read(JSON.stringify(withStatement(changes)));
    expect(config.kolenaPrincipalArn).toBe(arn);
    expect(config).not.toHaveProperty('kolenaExternalId');
  });
});

describe('anything else in it is refused by name, and the external ID is not repeated', () => {
  test.each<[string, unknown, RegExp]>([
    ['half a document', JSON.stringify(policy).slice(0, -1), /is not a JSON document/],
    ['a list', [policy], /is not a JSON document/],
    ['another version', { ...policy, Version: '2008-10-17' }, /another version than "2012-10-17"/],
    ['a second statement', { ...policy, Statement: [statement, statement] }, /has 2 statements/],
    ['no statement', { ...policy, Statement: [] }, /has 0 statements/],
    ['a key of the document', { ...policy, Extra: id }, /the document has "Extra"/],
    ['NotPrincipal', withStatement({ NotPrincipal: { AWS: arn } }), /the statement has "NotPrincipal"/],
    ['a Deny', withStatement({ Effect: 'Deny' }), /another effect than "Allow"/],
    ['another action', withStatement({ Action: 'sts:*' }), /other actions than sts:AssumeRole/],
    ['a second action', withStatement({ Action: ['sts:AssumeRole', 'sts:TagSession'] }), /other actions/],
    ['everybody', withStatement({ Principal: '*' }), /every AWS account/],
    ['everybody in AWS', withStatement({ Principal: { AWS: '*' } }), /every AWS account/],
    ['a service', withStatement({ Principal: { Service: 'ec2.amazonaws.com' } }), /no principal of the form/],
    ['a second principal', withStatement({ Principal: { AWS: [arn, arn] } }), /no principal of the form/],
    [
      'the placeholder of the page',
      withStatement({ Principal: { AWS: 'PASTE KOLENA PRINCIPAL ARN HERE' } }),
      /"PASTE KOLENA PRINCIPAL ARN HERE" is not the ARN/,
    ],
    ['an account ID', withStatement({ Principal: { AWS: '111122223333' } }), /is an account ID/],
    [
      'StringLike',
      withStatement({ Condition: { StringLike: { 'sts:ExternalId': `${id}*` } } }),
      /another condition/,
    ],
    [
      'a second condition',
      withStatement({ Condition: { StringEquals: { 'sts:ExternalId': id, 'aws:PrincipalTag/a': 'b' } } }),
      /another condition/,
    ],
    [
      'two external IDs',
      withStatement({ Condition: { StringEquals: { 'sts:ExternalId': [id, `${id}2`] } } }),
      /another condition/,
    ],
    [
      'an external ID that AWS refuses',
      withStatement({ Condition: { StringEquals: { 'sts:ExternalId': `${id} !` } } }),
      /its external ID has characters that AWS refuses/,
    ],
    ['an external ID as the effect', withStatement({ Effect: { 'sts:ExternalId': id } }), /another effect/],
    ['an external ID as the version', { ...policy, Version: id }, /another version/],
    [
      'a version of 30,000 levels',
      `{"Version":${'['.repeat(30_000)}${']'.repeat(30_000)},"Statement":[]}`,
      /another version/,
    ],
    ['the name of a file that is not JSON', 'trust.yml', /is not a JSON document/],
  ])('%s', (_, value, problem) => {
    const message = refusal(value);
    expect(message).toMatch(problem);
    expect(message).not.toContain(id);
    expect(message).not.toContain('kolena-principal-arn: is required');
  });

  test.each(['kolena-principal-arn', 'kolena-external-id'])('beside %s it is one too many', (key) => {
    expect(refusal(policy, { [key]: arn })).toContain(`leave out ${key}, or this key`);
  });
});
