import type { CorsRemoval, DesiredAccess } from '../../src/access/desired-access.ts';
import { kolenaRule } from '../../src/cors/rule-set.ts';
import type { CorsRule } from '../../src/cors/rule.ts';
import type { ResourceChange } from '../../src/plan/changes.ts';

const other: CorsRule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'] };
const kolena = kolenaRule({ corsOrigins: ['https://app.kolena.io'] });

/** The removal of Kolena's rule from the bucket `images.example`; with `present: false` there is none. */
export function removal(others: readonly CorsRule[] = [other], present = true): CorsRemoval {
  return {
    bucket: 'images.example',
    region: 'us-east-1',
    rules: { others, kolena: present ? kolena : undefined },
  };
}

export function removing(...cors: CorsRemoval[]): Pick<DesiredAccess, 'removals'> {
  return { removals: { policies: [], cors } };
}

/** What Terraform plans for the bucket of {@link removal} while its state holds the bucket's CORS configuration. */
export const forgetting: ResourceChange = {
  address: 'aws_s3_bucket_cors_configuration.bucket_images_example',
  type: 'aws_s3_bucket_cors_configuration',
  action: 'forget',
  imported: false,
  before: { bucket: 'images.example' },
};
