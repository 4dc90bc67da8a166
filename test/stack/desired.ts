import type {
  DesiredAccess,
  DesiredCors,
  DesiredPolicy,
  DesiredRole,
} from '../../src/access/desired-access.ts';

export const role: DesiredRole = {
  name: 'KolenaS3ReadAccess',
  path: '/',
  description: 'Kolena reads images.',
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KolenaAssumeRole',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': ['example-external-id'] } },
      },
    ],
  },
  maxSessionDuration: 3600,
  exists: false,
};

export const policy = (number: number, changes: Partial<DesiredPolicy> = {}): DesiredPolicy => ({
  number,
  name: number === 1 ? 'KolenaS3ReadAccess' : `KolenaS3ReadAccess-${number}`,
  path: '/',
  description: 'Read access for Kolena.',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'S3ListBucket',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [`arn:aws:s3:::b${number}/*`],
      },
    ],
  },
  attached: false,
  ...changes,
});

export const ours = {
  ID: 'kolena',
  AllowedHeaders: ['*'],
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://app.kolena.io'],
  ExposeHeaders: [],
};

export const cors = (bucket: string, changes: Partial<DesiredCors> = {}): DesiredCors => ({
  bucket,
  region: 'us-east-1',
  rules: { others: [], kolena: ours },
  replacesOthers: false,
  exists: false,
  throughS3: false,
  ...changes,
});

/** One bucket in an empty account. */
export const access = (changes: Partial<DesiredAccess> = {}): DesiredAccess => ({
  partition: 'aws',
  accountId: '111122223333',
  region: 'us-east-1',
  role,
  policies: [policy(1)],
  cors: [cors('share-with-kolena')],
  tags: {},
  removals: { policies: [], cors: [] },
  warnings: [],
  ...changes,
});

/** `value` less the entry `key`. */
export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}

/** `value` with the keys of all of its objects in reverse order. */
export function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item) as unknown]),
  ) as T;
}
