import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { repository } from './cache-folder.ts';

/**
 * The Action's bundle: the one that the environment variable KOLENA_BUNDLE names, else the committed dist/index.js. The
 * end-to-end tests set KOLENA_BUNDLE to a fresh build of today's sources, unless whoever starts them has set it already.
 * Throws when the file is missing.
 */
export function actionBundle(): string {
  const bundle = resolve(repository, process.env['KOLENA_BUNDLE'] ?? 'dist/index.js');
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing. Next step: npm run build`);
  return bundle;
}
