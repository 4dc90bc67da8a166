import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, maskOfCredentials } from '../../src/report/mask.ts';

const hide = (...externalIds: string[]) => maskOf({ externalIds, accountIds: [] });

test('one value becomes ***, several become numbered, in the order given', () => {
  expect(hide('example-id')('the ID example-id')).toBe('the ID ***');
  expect(hide('first-value', 'other-value', 'first-value')('other-value, first-value')).toBe('***2, ***1');
});

test('nothing to hide changes nothing', () => {
  expect(hide()('text')).toBe('text');
  expect(hide('')('text')).toBe('text');
});

test('a value that holds another one is hidden as a whole', () => {
  expect(hide('kolena-id', 'kolena-id-2026')('kolena-id-2026 kolena-id')).toBe('***2 ***1');
});

test('account IDs have labels of their own and are hidden between other signs than digits', () => {
  const mask = maskOf({ externalIds: ['example-id'], accountIds: ['123456789012'] });
  expect(mask('arn:aws:iam::123456789012:role/x')).toBe('arn:aws:iam::***account:role/x');
  expect(mask('images-123456789012-eu')).toBe('images-***account-eu');
  expect(mask('91234567890129')).toBe('91234567890129');
});

describe('an account ID that nobody has told of', () => {
  const mask = maskOf({ externalIds: [], accountIds: ['123456789012'], otherAccountIds: true });

  test.each([
    ['arn:aws:sts::999988887777:assumed-role/x/y', 'arn:aws:sts::***otheraccount:assumed-role/x/y'],
    ['arn%3Aaws%3Aiam%3A%3A999988887777%3Aroot', 'arn%3Aaws%3Aiam%3A%3A***otheraccount%3Aroot'],
    ['logs-999988887777-eu', 'logs-***otheraccount-eu'],
    ['account 123456789012, not 999988887777.', 'account ***account, not ***otheraccount.'],
  ])('is hidden in %j', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test.each([
    ['a digest', 'cadfcc2c4149a123456789013bfc42fe50b0c313bccaab96057c6240bf9a23ad'],
    ['a longer number', '9999888877776'],
    ['a shorter one', '99998888777'],
  ])('is not seen in %s', (_, text) => {
    expect(mask(text)).toBe(text);
  });
});

describe('a short external ID', () => {
  const mask = hide('s3');

  test.each([
    '"s3"',
    'external ID s3',
    'ID s3.',
    '(s3)',
    'ExternalId=s3, and',
    'ID: s3',
    '%22s3%22',
    '["s3"]',
  ])('is hidden as a value of its own in %j', (text) => {
    expect(mask(text)).toBe(text.replace('s3', '***'));
  });

  test.each([
    's3:GetObject',
    'arn:aws:s3:::images',
    's3://images',
    'kolena-s3-access',
    'KolenaS3',
    'aws_s3_bucket',
  ])('leaves %j as it is', (text) => {
    expect(mask(text)).toBe(text);
  });
});

describe('encodings', () => {
  const secret = 'a+b=c,d@e:f/g.h';

  test.each([
    ['JSON with escaped slashes', secret.replaceAll('/', '\\/')],
    ['a URL', encodeURIComponent(secret)],
    ['a URL in lower case', encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase())],
  ])('a secret in %s is hidden', (_, text) => {
    expect(hide(secret)(`"${text}"`)).toBe('"***"');
  });

  test('a secret with signs that JSON, HTML or Go escape is hidden', () => {
    const odd = `<a&b>"c"`;
    expect(hide(odd)(JSON.stringify(odd))).toBe('"***"');
    expect(hide(odd)('&lt;a&amp;b&gt;&quot;c&quot;')).toBe('***');
    expect(hide(odd)(String.raw`\u003ca\u0026b\u003e\"c\"`)).toBe('***');
  });
});

test('no long secret stays, whatever its characters and whatever stands around it', () => {
  const secret = fc.stringMatching(/^[\w+=,.@:/-]{8,60}$/);
  fc.assert(
    fc.property(fc.uniqueArray(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, around) => {
      const text = secrets.map((value) => `${around}${value}`).join('');
      const masked = hide(...secrets)(text);
      for (const value of secrets) expect(masked).not.toContain(value);
    }),
  );
});

test('keys and tokens are hidden wherever they stand, encoded too, and need not be told apart', () => {
  const mask = maskOfCredentials(['ASIAKEY0', 'secret/key+1', 'token==']);
  expect(mask('x-amz-security-token:token==')).toBe('x-amz-security-token:***');
  expect(mask('ASIAKEY0 secret/key+1 secret%2Fkey%2B1 inASIAKEY0side')).toBe('*** *** *** in***side');
});
