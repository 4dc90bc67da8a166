import { afterEach, beforeEach, expect, test } from 'vitest';
import { unreadGuards } from '../../../src/access/bucket-guard.ts';
import { awsClients } from '../../../src/aws/clients.ts';
import { withGuard } from '../../../src/aws/observe/observe-guard.ts';
import { type LocalServer, serve } from '../local-server.ts';

const accountId = '111122223333';
const keyArn = `arn:aws:kms:us-east-1:${accountId}:key/11111111-2222-3333-4444-555555555555`;
const aliasArn = `arn:aws:kms:us-east-1:${accountId}:alias/pictures`;
const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }],
};

/** What the questions are answered with: a status and a body, by the word that they hold. */
type Answers = Readonly<Record<string, readonly [number, string]>>;
const xmlError = (code: string) => `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
const owned = (value: string) =>
  `<OwnershipControls><Rule><ObjectOwnership>${value}</ObjectOwnership></Rule></OwnershipControls>`;
const good: Answers = {
  '?policy': [200, JSON.stringify(policy)],
  ownershipControls: [200, owned('BucketOwnerEnforced')],
  DescribeKey: [200, JSON.stringify({ KeyMetadata: { Arn: keyArn, KeyId: 'k' } })],
  GetKeyPolicy: [200, JSON.stringify({ Policy: JSON.stringify(policy) })],
};

let server: LocalServer;
let answers: Answers;
let asked: { readonly what: string; readonly owner: unknown }[];
beforeEach(async () => {
  asked = [];
  server = await serve(({ url = '', headers }, response) => {
    const target = String(headers['x-amz-target'] ?? '');
    const what = Object.keys(answers).find((word) => `${url} ${target}`.includes(word)) ?? url;
    asked.push({ what, owner: headers['x-amz-expected-bucket-owner'] });
    const [status, body] = answers[what] ?? [500, ''];
    const isJson = target !== '' || what === '?policy';
    response.writeHead(status, { 'content-type': isJson ? 'application/x-amz-json-1.1' : 'application/xml' });
    response.end(body);
  });
});
afterEach(() => server.close());

function read(given: Answers, defaultKmsKeyArn?: string) {
  answers = { ...good, ...given };
  const credentials = () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' });
  const env = { AWS_ENDPOINT_URL: server.url };
  const clients = awsClients({ region: 'us-east-1', credentials, env, bucketOwner: accountId });
  const bucket = { name: 'pictures', region: 'us-east-1', corsRules: [] };
  return withGuard(clients, { ...bucket, ...(defaultKmsKeyArn !== undefined && { defaultKmsKeyArn }) });
}

test('A bucket without a customer key is asked about twice, each time by its owner.', async () => {
  const { guard } = await read({});
  expect(guard).toEqual({ policy, ownership: 'BucketOwnerEnforced', unread: [] });
  expect(asked.sort((a, b) => (a.what < b.what ? -1 : 1))).toEqual([
    { what: '?policy', owner: accountId },
    { what: 'ownershipControls', owner: accountId },
  ]);
});

test.each([
  ['a key', keyArn, ['GetKeyPolicy']],
  ['an alias', aliasArn, ['DescribeKey', 'GetKeyPolicy']],
])('%s of the default encryption is asked for its policy, by its ARN.', async (_, named, questions) => {
  const { guard, defaultKmsKeyArn } = await read({}, named);
  expect(defaultKmsKeyArn).toBe(keyArn);
  expect(guard).toMatchObject({ keyPolicy: policy, unread: [] });
  expect(asked.map(({ what }) => what).filter((what) => /Key/.test(what))).toEqual(questions);
});

test('No bucket policy is none, and a bucket older than object ownership is as ObjectWriter.', async () => {
  const { guard } = await read({
    '?policy': [404, xmlError('NoSuchBucketPolicy')],
    ownershipControls: [404, xmlError('OwnershipControlsNotFoundError')],
  });
  expect(guard).toEqual({ ownership: 'ObjectWriter', unread: [] });
});

const denied = [403, xmlError('AccessDenied')] as const;
const deniedKey = [400, JSON.stringify({ __type: 'AccessDeniedException', message: 'no' })] as const;

test.each([
  ['?policy', denied, 's3:GetBucketPolicy', 'whether a bucket policy denies Kolena'],
  ['ownershipControls', denied, 's3:GetBucketOwnershipControls', 'whether objects can belong'],
  ['DescribeKey', deniedKey, 'kms:DescribeKey', 'which key an alias stands for'],
  ['GetKeyPolicy', deniedKey, 'kms:GetKeyPolicy', 'whether a key policy allows the role to decrypt'],
  [
    'GetKeyPolicy',
    [200, JSON.stringify({ Policy: 'not JSON' })] as const,
    'kms:GetKeyPolicy',
    'allows the role to decrypt',
  ],
])('%s that is not answered well fails nothing, and is named with %s.', async (what, answer, right, lost) => {
  const bucket = await read({ [what]: answer }, aliasArn);
  expect(bucket.guard?.unread).toEqual([right]);
  expect(bucket.defaultKmsKeyArn).toBe(right === 'kms:DescribeKey' ? aliasArn : keyArn);
  const note = unreadGuards([bucket, { name: 'other' }]);
  expect(note).toContain(`\`${right}\``);
  expect(note).toContain(lost);
  expect(note).toContain('(pictures)');
});

test('Nothing unread is no note.', () => {
  expect(unreadGuards([{ name: 'a' }, { name: 'b', guard: { unread: [] } }])).toBeUndefined();
});
