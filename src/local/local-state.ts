import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { UserError } from '../base/errors.ts';
import { resourceKinds } from '../plan/resources.ts';

/** Of Terraform's state format, version 4, the parts that name buckets and their providers. */
const stateSchema = z.object({
  resources: z
    .array(
      z.object({
        type: z.string(),
        /** As `provider["registry.terraform.io/hashicorp/aws"].eu-west-1`, with the alias, which is the region, at its end. */
        provider: z.string(),
        instances: z.array(
          z.object({
            attributes: z.looseObject({ bucket: z.string().optional() }).default({}),
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

/** The buckets whose CORS configuration is in a Terraform state, none where no state is yet; throws `invalid-input` for another file. */
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
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // Terraform leaves an empty file when it is stopped before its first write, and takes it for no state.
  if (text.trim() === '') return [];
  try {
    return stateSchema.parse(JSON.parse(text)).resources;
  } catch (cause) {
    throw new UserError({
      reason: 'invalid-input',
      message: `${path} is not a state of Terraform: it was cut off, or is another file.`,
      remedy: `Put ${path}.backup in its place, or delete the file: a lost state costs nothing, since what exists is adopted.`,
      cause,
    });
  }
}
