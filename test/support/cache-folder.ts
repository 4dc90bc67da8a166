import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A folder in `node_modules/.cache` for what tests fetch once; made when it is missing. */
export function cacheFolder(name: string): string {
  const folder = fileURLToPath(
    new URL(`../../node_modules/.cache/kolena-s3-access/${name}`, import.meta.url),
  );
  mkdirSync(folder, { recursive: true });
  return folder;
}
