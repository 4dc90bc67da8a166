import type { CORSRule } from '@aws-sdk/client-s3';

/**
 * Rules of others, such as Terraform's provider does not keep by itself: their order decides, one has no
 * `MaxAgeSeconds`, one has it at 0, and one has no ID.
 */
export const foreignRules: CORSRule[] = [
  {
    ID: 'upload',
    AllowedMethods: ['PUT', 'POST'],
    AllowedOrigins: ['https://upload.example.com'],
    AllowedHeaders: ['*'],
    MaxAgeSeconds: 0,
  },
  {
    ID: 'app-first',
    AllowedMethods: ['GET'],
    AllowedOrigins: ['https://*.example.com'],
    AllowedHeaders: ['authorization', 'range'],
    ExposeHeaders: ['ETag', 'x-amz-request-id'],
    MaxAgeSeconds: 3000,
  },
  { AllowedMethods: ['GET', 'HEAD'], AllowedOrigins: ['https://a.example.com', 'https://b.example.com'] },
];
