import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { resourceKinds } from '../plan/resources.ts';

/** Of Terraform's state format, version 4, the parts that name buckets, roles and their providers. */
const stateSchema = z.object({
  resources: z
    .array(
      z.object({
        type: z.string(),
        /** As `provider["registry.terraform.io/hashicorp/aws"].eu-west-1`, with the alias, which is the region, at its end. */
        provider: z.string(),
        instances: z.array(
          z.object({
            attributes: z.looseObject({ bucket: z.string().optional(), name: z.string().optional() }),
          }),
        ),
      }),
    )
    .default([]),
});

/** A bucket whose CORS configuration a Terraform state holds. */
export interface BucketInState {
  readonly bucket: string;
  /** Absent when it is that of the provider without an alias. */
  readonly region?: string;
}

/** The resources of the bootstrap that a state holds. */
export interface BootstrapState {
  readonly oidcProvider: boolean;
  /** Names. */
  readonly roles: readonly string[];
  /** @default - none */
  readonly stateBucket?: string;
}

/** The bootstrap's resources in the Terraform state at `path`; none when there is no state yet. */
export function bootstrapState(path: string): BootstrapState {
  const resources = resourcesIn(path);
  const attributesOf = (type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap(({ instances }) => instances.map(({ attributes }) => attributes));
  const stateBucket = attributesOf('aws_s3_bucket')[0]?.bucket;
  return {
    oidcProvider: attributesOf('aws_iam_openid_connect_provider').length > 0,
    roles: attributesOf(resourceKinds.role.type).flatMap(({ name }) => name ?? []),
    ...defined({ stateBucket }),
  };
}

/** The buckets whose CORS configuration the Terraform state at `path` holds; none when there is no state yet. */
export function corsBucketsInState(path: string): BucketInState[] {
  return resourcesIn(path)
    .filter(({ type }) => type === resourceKinds.cors.type)
    .flatMap(({ provider, instances }) => {
      const region = /\]\.([a-z0-9-]+)$/.exec(provider)?.[1];
      return instances.flatMap(({ attributes: { bucket } }) =>
        bucket === undefined ? [] : { bucket, ...defined({ region }) },
      );
    });
}

function resourcesIn(path: string): z.output<typeof stateSchema>['resources'] {
  if (!existsSync(path)) return [];
  return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).resources;
}
