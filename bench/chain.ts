import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../test/support/cache-folder.ts';
import type { GitHubStandIn } from '../test/support/github-stand-in.ts';
import { claimsOf } from '../test/support/job-claims.ts';
import { node24 } from '../test/support/node24.ts';
import { runner } from '../test/support/run-action.ts';
import type { World } from '../test/support/world.ts';

/** What a team sets up by hand to show a plan in a pull request, at the versions of November 2026. */
const ACTIONS = {
  credentials: ['aws-actions/configure-aws-credentials', 'v6.2.3'],
  terraform: ['hashicorp/setup-terraform', 'v4.0.1'],
  comment: ['actions/github-script', 'v8.0.0'],
} as const;

interface ChainProps {
  readonly world: World;
  readonly github: GitHubStandIn;
  /** Terraform itself. */
  readonly binary: string;
  /** With `cdk.tf.json`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Plans by a chain of actions: credentials by OIDC, `init`, `plan` and `show` through setup-terraform's wrapper, and a comment
 * that holds the diff. Their source is cloned from GitHub once; undefined where that cannot be done.
 */
export function planChain(): ((props: ChainProps) => Promise<void>) | undefined {
  const sources = Object.values(ACTIONS).map(([repo, tag]) => cloned(repo, tag));
  const [credentials, terraform, comment] = sources;
  if (credentials === undefined || terraform === undefined || comment === undefined) return undefined;
  return async ({ world, github, binary, folder, env }) => {
    const job = mkdtempSync(join(tmpdir(), 'chain-'));
    const file = (name: string) => {
      writeFileSync(join(job, name), '');
      return join(job, name);
    };
    const event = file('event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    const shared = {
      ...runner,
      ...env,
      HOME: job,
      GITHUB_ACTION: 'step',
      GITHUB_WORKSPACE: job,
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: file('output'),
      GITHUB_ENV: file('env'),
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
      AWS_ENDPOINT_URL: world.endpoint,
    };
    const run = async (entry: readonly string[], more: Record<string, string>, cwd = folder) => {
      const child = spawn(node24(), entry, {
        cwd,
        env: { ...shared, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      if (code !== 0) throw new Error(`${entry.join(' ')} ended with ${code}:\n${printed}`);
      return printed;
    };
    await run([join(credentials, 'dist/index.js')], {
      ...world.issuer.env(claimsOf({ event: 'pull_request' })),
      'INPUT_AWS-REGION': 'us-east-1',
      'INPUT_ROLE-TO-ASSUME': 'arn:aws:iam::111122223333:role/chain',
      INPUT_AUDIENCE: 'sts.amazonaws.com',
    });
    const keys = exported(readFileSync(shared.GITHUB_ENV, 'utf8'));
    symlinkSync(binary, join(job, 'terraform-bin'));
    const wrapped = (...args: string[]) =>
      run([join(terraform, 'dist/index1.js'), ...args], { ...keys, TERRAFORM_CLI_PATH: job });
    await wrapped('init', '-input=false');
    const diff = await wrapped('plan', '-input=false', '-no-color', '-out=tfplan');
    await wrapped('show', '-json', 'tfplan');
    const body = JSON.stringify(`\`\`\`diff\n${diff.slice(-60_000)}\n\`\`\``);
    await run([join(comment, 'dist/index.js')], {
      'INPUT_GITHUB-TOKEN': github.jobToken,
      INPUT_SCRIPT: `await github.rest.issues.createComment({ ...context.repo, issue_number: 7, body: ${body} });`,
      INPUT_DEBUG: 'false',
      INPUT_RETRIES: '0',
      'INPUT_RESULT-ENCODING': 'json',
    });
  };
}

/** The variables that a step hands to the next ones. */
function exported(text: string): Record<string, string> {
  const values = text.matchAll(/^(\w+)<<(ghadelimiter_\S+)\n([^]*?)\n\2$/gm);
  return Object.fromEntries([...values].map(([, name = '', , value = '']) => [name, value]));
}

function cloned(repo: string, tag: string): string | undefined {
  const folder = join(cacheFolder('bench'), `${repo.replace('/', '-')}-${tag}`);
  if (existsSync(folder)) return folder;
  try {
    const draft = `${folder}.${process.pid}`;
    const url = `https://github.com/${repo}`;
    execFileSync('git', ['clone', '--quiet', '--depth', '1', '--branch', tag, url, draft], { stdio: 'pipe' });
    renameSync(draft, folder);
    return folder;
  } catch {
    return undefined;
  }
}
