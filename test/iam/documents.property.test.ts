import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTrust } from '../../src/access/trust-change.ts';
import { rightsBeyond, rightsText, writingRights } from '../../src/iam/beyond.ts';
import { samePolicy } from '../../src/iam/compare-policy.ts';
import { evaluatePolicies } from '../../src/iam/evaluate-policy.ts';
import { grantedBuckets, statementsByBucket } from '../../src/iam/statements-by-bucket.ts';
import { readPolicyDocument } from '../../src/iam/policy-document.ts';
import { compareReach } from '../../src/iam/reach.ts';
import { hasTemporary, temporarySid, withoutTemporary } from '../../src/iam/temporary-statement.ts';
import { trustDifferences, deletedPrincipals, otherPrincipals } from '../../src/iam/trust-policy.ts';
import { grantFacts, trustFacts } from '../../src/plan/document-facts.ts';
import { documentDiff } from '../../src/report/document-diff.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const oneOrMany = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(value, fc.array(value, { minLength: 0, maxLength: 3 }));

const action = fc.constantFrom(
  's3:GetObject',
  's3:*',
  '*',
  'S3:getobject',
  'sts:AssumeRole',
  'kms:Decrypt',
  's3:Get?bject*',
);
const resource = fc.constantFrom(
  ...[
    '*',
    'arn:aws:s3:::b',
    'arn:aws:s3:::b/*',
    'arn:aws:s3:::b/${aws:username}/*',
    'arn:aws:s3:::*',
    'arn:aws:s3:::b/a?c/*',
  ],
);
const name = fc.constantFrom(
  '*',
  '444455556666',
  'arn:aws:iam::444455556666:root',
  'AROADBQP57FF2AEXAMPLE',
  'ec2.amazonaws.com',
  '',
);
const principal = fc.oneof(
  fc.constant('*'),
  fc.dictionary(fc.constantFrom('AWS', 'Service', 'Federated', 'CanonicalUser'), oneOrMany(name), {
    maxKeys: 3,
  }),
);
const operator = fc.constantFrom(
  ...[
    'StringEquals',
    'stringlike',
    'Bool',
    'Null',
    'DateLessThan',
    'NumericLessThan',
    'IpAddress',
    'ArnLike',
  ],
  ...[
    'ForAllValues:StringEquals',
    'ForAnyValue:StringLike',
    'StringEqualsIfExists',
    'BinaryEquals',
    'constructor',
  ],
);
const key = fc.constantFrom(
  'aws:CurrentTime',
  'sts:ExternalId',
  's3:prefix',
  'aws:SecureTransport',
  'aws:SourceIp',
  '__proto__',
  'x',
);
const value = fc.oneof(
  fc.constantFrom(
    '2030-01-01T00:00:00Z',
    'true',
    '10.0.0.0/8',
    'images/*',
    '',
    '${aws:PrincipalTag/team}',
    'not a date',
  ),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true }),
);
const condition = fc.dictionary(operator, fc.dictionary(key, oneOrMany(value), { maxKeys: 2 }), {
  maxKeys: 2,
});
const statement = fc
  .record(
    {
      Sid: fc.constantFrom('', 'KolenaAssumeRole', temporarySid, 'Any 1', '__proto__'),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: principal,
      NotPrincipal: principal,
      Action: oneOrMany(action),
      NotAction: oneOrMany(action),
      Resource: oneOrMany(resource),
      NotResource: oneOrMany(resource),
      Condition: condition,
      Unknown: fc.constant({ a: [1] }),
    },
    { requiredKeys: ['Effect'] },
  )
  .map((entries): object => ({ ...entries }));
const json = fc
  .record(
    {
      Version: fc.constantFrom('2012-10-17', '2008-10-17'),
      Id: fc.constant('id'),
      Statement: oneOrMany(statement),
    },
    { requiredKeys: ['Statement'] },
  )
  .map((document) => JSON.parse(JSON.stringify(document)) as unknown);

const context = { now: new Date('2026-11-25T12:00:00Z'), accountId: '111122223333', externalId: 'id' };
const role = 'KolenaS3ReadAccess';

test('reading, comparing and rendering never throw for a document that IAM accepts', () => {
  fc.assert(
    fc.property(json, json, (first, second) => {
      const [before, after] = [readPolicyDocument(first), readPolicyDocument(second)];
      documentDiff(before, after);
      trustDifferences(before, after);
      compareTrust(before, after);
      trustFacts({ role, before: [before], after: [after] });
      grantFacts({ role, before: [before], after: [after] });
      compareReach('b', statementsByBucket([before]).of('b'), statementsByBucket([after]).of('b'));
      rightsText([...rightsBeyond(before, [after]), ...writingRights(after)]);
      evaluatePolicies([before, after], {
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::b/a',
        context: {},
      });
      grantedBuckets([before]);
      otherPrincipals(before, 'arn:aws:iam::444455556666:role/kolena', context);
      deletedPrincipals(before);
      hasTemporary(before, context);
      withoutTemporary(after, context);
    }),
    { numRuns: 2000 },
  );
});

test('a document is the same as itself, and stays what it was when it is written back and read again', () => {
  fc.assert(
    fc.property(json, (written) => {
      const document = readPolicyDocument(written);
      const again = readPolicyDocument(JSON.parse(JSON.stringify(document)));
      expect(again).toEqual(document);
      expect(samePolicy(document, again)).toBe(true);
      expect(documentDiff(document, again).every(({ sign }) => sign === ' ')).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
