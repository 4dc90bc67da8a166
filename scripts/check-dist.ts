/** Tells whether the committed bundle equals a fresh build, whose licenses the build itself checks. The tests use that build. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { buildBundle } from '../test/support/build-bundle.ts';

const { status } = spawnSync('diff', ['-rq', 'dist', dirname(buildBundle())], { stdio: 'inherit' });
if (status !== 0) {
  console.error('dist/ differs from a fresh build. Next step: npm run build, and commit dist/');
  process.exitCode = 1;
}
