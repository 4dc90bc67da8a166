import type { z } from 'zod';
import type { BucketLocation } from './bucket-location.ts';
import type { accessFields } from './schema.ts';

type Fields = z.output<typeof accessFields>;

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type Immutable<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Readonly<Value>;

/** The access that a company gives to Kolena, validated, in camel case; the schema says what each key means. */
export type AccessConfig = {
  readonly [Key in keyof Fields as CamelCase<Key>]: Key extends 'buckets'
    ? readonly BucketLocation[]
    : Immutable<Exclude<Fields[Key], undefined>>;
};
