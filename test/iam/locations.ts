import fc from 'fast-check';
import type { BucketLocation } from '../../src/config/bucket-location.ts';

export const buckets = ['street', 'street-scenes', 'robotics'];

/** Nested prefixes, and prefixes that begin alike; each two have a key that tells them apart. */
export const prefixes = ['images/', 'images/2024/', 'images/2024/01/', 'image', 'labels/', 'imag*/'];

export const keys = [
  'images/1.png',
  'images/2024/1.png',
  'images/2024/01/1.png',
  'imagery/1.png',
  'imagery.png',
  'imago/1.png',
  'labels/1.json',
  'top.png',
];

/** A whole bucket, or one of the prefixes in it. */
export function locationAmong(some: readonly string[]): fc.Arbitrary<BucketLocation> {
  return fc
    .tuple(fc.constantFrom(...buckets), fc.option(fc.constantFrom(...some), { nil: undefined }))
    .map(([bucket, prefix]) => (prefix === undefined ? { bucket } : { bucket, prefix }));
}
