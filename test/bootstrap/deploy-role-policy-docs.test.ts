import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('docs/deploy-role-policy.json and docs/plan-role-policy.json are what the code grants', () => {
  const script = 'scripts/write-deploy-role-policy.ts';
  const check = () =>
    execFileSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', script, '--check'], { stdio: 'pipe' });
  expect(check).not.toThrow();
});
