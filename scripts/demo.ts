/**
 * `npm start`: the main job on an AWS and a GitHub that run on this machine. Nothing leaves it but, where they are
 * missing, the downloads of Terraform, the AWS provider, moto and Node 24.
 */
import '../src/require-node.ts';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actAsKolena, promised } from '../test/support/act-as-kolena.ts';
import { actionBundle } from '../test/support/bundle.ts';
import { repository } from '../test/support/cache-folder.ts';
import { corsOf } from '../test/support/cors-of.ts';
import { startGitHub, type GitHubStandIn } from '../test/support/github-stand-in.ts';
import { node24 } from '../test/support/node24.ts';
import type { ActionResult } from '../test/support/run-action.ts';
import { startScene, type Scene } from '../test/support/scene.ts';
import { seedExternalId } from '../test/support/seed.ts';
import { kolenaPrincipalArn } from '../test/support/world.ts';

const output = join(repository, 'demo-output');
const started = performance.now();
// The demo may run on any Node; the Action itself runs on 24.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** The access that a company would commit to its repository. */
const config = `buckets:
  - share-with-kolena
  - team-dataset/images/
kolena-principal-arn: ${kolenaPrincipalArn}
kolena-external-id: ${seedExternalId}
`;

/** Rules of another team: they have to survive. */
const foreignRule = {
  ID: 'viewer-of-another-team',
  AllowedMethods: ['GET'],
  AllowedOrigins: ['https://viewer.example.com'],
  AllowedHeaders: ['authorization'],
};

function say(line = ''): void {
  console.log(line);
}

function step(title: string): void {
  say(`\n[${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s] ${title}`);
}

function keep(name: string, text: string): void {
  writeFileSync(join(output, name), text.endsWith('\n') ? text : `${text}\n`);
}

async function main(): Promise<void> {
  actionBundle();
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  step(
    'Starting an AWS (moto, with IAM enforced in front of it), a GitHub, and looking for Terraform and Node 24',
  );
  node24();
  const [scene, github] = await Promise.all([startScene(), startGitHub()]);
  try {
    await play(scene, github);
  } finally {
    await Promise.all([scene.stop(), github.stop()]);
  }
}

async function play(scene: Scene, github: GitHubStandIn): Promise<void> {
  const { world, terraform } = scene;
  await world.createBucket({
    name: 'team-dataset',
    region: 'eu-west-1',
    objects: { 'images/0001.png': 'image', 'salaries.csv': 'not for Kolena' },
    corsRules: [foreignRule],
  });
  say(`  Terraform: ${terraform.binary}`);
  say(
    '  Customer account 111122223333: buckets share-with-kolena (us-east-1), team-dataset (eu-west-1), not-shared',
  );
  say(`  Kolena account 444455556666: principal ${kolenaPrincipalArn}`);
  say(`  kolena-s3.yml:\n${config.replace(/^/gm, '    ').trimEnd()}`);
  keep('kolena-s3.yml', config);

  const { number, event } = github.openPullRequest('Give Kolena access to our images');
  step(`Pull request #${number}: command plan`);
  const plan = await runAction(scene, { command: 'plan' }, { github, event, eventName: 'pull_request' });
  keep('plan.log', plan.log);
  keep('plan-summary.md', plan.summary);
  const [comment] = github.commentsOn(number);
  if (comment === undefined) throw new Error('the pull request has no comment');
  keep('comment.md', comment.body);
  say(`\n  The comment on the pull request, by ${comment.user.login}:\n`);
  say(unfolded(comment.body).replace(/^/gm, '  | '));

  step('Merged: command apply');
  const page = { 'report-path': join(output, 'index.html') };
  const applied = await runAction(scene, { command: 'apply', ...page }, { github });
  keep('apply.log', applied.log);
  keep('apply-summary.md', applied.summary);
  keep('checks.json', JSON.stringify(JSON.parse(applied.outputs['checks'] ?? '[]'), null, 2));
  say(`\n  Checks, as the Action proved them (verified: ${applied.outputs['verified'] ?? 'no'}):`);
  for (const { status, title } of JSON.parse(applied.outputs['checks'] ?? '[]') as {
    status: string;
    title: string;
  }[]) {
    say(`  ${status.padEnd(10)} ${title}`);
  }

  await lookAsKolena(scene, applied.outputs['role-arn'] ?? '');

  step('The next day: command plan again');
  const again = await runAction(scene, { command: 'plan' }, { github });
  say(`  has-changes: ${again.outputs['has-changes'] ?? ''}`);

  keep('aws-calls.json', JSON.stringify(world.gate.calls, null, 2));
  step('Done. To look at, in demo-output/:');
  say('  index.html                                      the apply as evidence, in any browser');
  say('  comment.md, plan-summary.md, apply-summary.md   what people see on GitHub');
  say('  checks.json                                     the proof of access');
  say('  plan.log, apply.log                             what the jobs printed');
  say('  aws-calls.json                                  every call that reached AWS, under IAM’s names');
}

/** The comment as a reader first sees it: folded parts by their titles. */
function unfolded(markdown: string): string {
  return markdown
    .replace(/<!--.*?-->\n*/gs, '')
    .replace(/<details>\s*<summary>(.*?)<\/summary>.*?<\/details>/gs, '▸ $1')
    .trim();
}

/** Not the Action's word, but Kolena's own calls. */
async function lookAsKolena({ world }: Scene, roleArn: string): Promise<void> {
  step('Kolena’s own calls, past the Action');
  const abilities = await actAsKolena(world, { roleArn, externalId: seedExternalId });
  for (const [name, allowed] of Object.entries(abilities)) {
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    say(`  ${allowed ? 'allowed' : 'denied '}  ${words}`);
  }
  if (JSON.stringify(abilities) !== JSON.stringify(promised))
    throw new Error('this is not what the page promises');
  say('  CORS rules of team-dataset now, in their order:');
  for (const { ID, AllowedOrigins } of await corsOf(world, 'team-dataset', 'eu-west-1')) {
    say(`    ${ID ?? '(no ID)'}: ${AllowedOrigins?.join(', ') ?? ''}`);
  }
}

interface Surroundings {
  readonly github: GitHubStandIn;
  readonly event?: object;
  readonly eventName?: string;
}

async function runAction(
  scene: Scene,
  inputs: Readonly<Record<string, string>>,
  { github, event, eventName = 'push' }: Surroundings,
): Promise<ActionResult> {
  const fromConfig = { buckets: '', 'kolena-principal-arn': '', 'kolena-external-id': '' };
  const result = await scene.run(
    {
      ...fromConfig,
      ...inputs,
      comment: eventName === 'pull_request' ? 'always' : 'never',
      'github-token': github.jobToken,
    },
    {
      files: { 'kolena-s3.yml': config },
      env: { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: eventName },
      ...(event && { event }),
      onLine: (line) => {
        const shown = shownLine(line);
        if (shown !== undefined) say(`  ${shown}`);
      },
    },
  );
  if (result.exitCode !== 0)
    throw new Error(`the Action ended with ${result.exitCode}:\n${result.errors.join('\n')}`);
  return result;
}

/** Of the job's log, what tells its progress: the whole is in demo-output. */
function shownLine(line: string): string | undefined {
  if (line.startsWith('::group::')) return `> ${line.slice('::group::'.length)}`;
  if (
    /^(Plan:|Apply complete|No changes)/.test(line) ||
    /: (Creation|Import|Modifications) complete/.test(line)
  )
    return `    ${line}`;
  return undefined;
}

/** What is missing, and why it could not be fetched; where in our code that was helps nobody who sees a demo. */
function spell(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, ...(error.cause === undefined ? [] : [`Because: ${spell(error.cause)}`])].join('\n');
}

try {
  await main();
} catch (error) {
  console.error(`\n${spell(error)}`);
  // What was started already would keep the process.
  process.exit(1);
}
