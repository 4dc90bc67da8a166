import { readFileSync, writeFileSync } from 'node:fs';
import type { DeployMode } from '../src/bootstrap/deploy-role-actions.ts';
import { deployRolePolicy } from '../src/bootstrap/deploy-role-policy.ts';
import { parseAccessConfig } from '../src/config/parse.ts';

/** The page's bucket and the default names, in the account that AWS's own examples use. */
const config = parseAccessConfig({
  buckets: ['share-with-kolena'],
  'kolena-principal-arn': 'arn:aws:iam::444455556666:role/kolena',
});
const accountId = '111122223333';

const roles: Readonly<Record<DeployMode, string>> = { deploy: 'KolenaS3Deploy', plan: 'KolenaS3Plan' };

for (const [mode, role] of Object.entries(roles) as [DeployMode, string][]) {
  const ownRoleArn = `arn:aws:iam::${accountId}:role/${role}`;
  const policy = deployRolePolicy({ config, accountId, partition: 'aws', mode, ownRoleArn });
  const file = new URL(`../docs/${mode}-role-policy.json`, import.meta.url);
  const text = `${JSON.stringify(policy, undefined, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(
      `docs/${mode}-role-policy.json is not current. Next step: npx tsx scripts/write-deploy-role-policy.ts`,
    );
    process.exitCode = 1;
  }
}
