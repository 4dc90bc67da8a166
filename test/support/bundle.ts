import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './cache-folder.ts';

/**
 * The Action's bundle: the committed dist/index.js, or the one that KOLENA_BUNDLE names while the code is being worked
 * on. Throws when it is missing.
 */
export function actionBundle(): string {
  const bundle = process.env['KOLENA_BUNDLE'] ?? join(repository, 'dist', 'index.js');
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run npm run build`);
  return bundle;
}
