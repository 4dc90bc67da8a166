import { GetBucketCorsCommand, type CORSRule } from '@aws-sdk/client-s3';
import type { World } from './world.ts';

/** A bucket's CORS rules in S3's order, without the fields that S3 leaves open; none without a CORS configuration. */
export async function corsOf(world: World, bucket: string, region?: string): Promise<readonly CORSRule[]> {
  try {
    const s3 = world.s3(world.customerRoot, region);
    const { CORSRules = [] } = await s3.send(new GetBucketCorsCommand({ Bucket: bucket }));
    return JSON.parse(JSON.stringify(CORSRules)) as CORSRule[];
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchCORSConfiguration') return [];
    throw error;
  }
}
