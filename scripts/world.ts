/**
 * `npm run world`: an AWS, a GitHub and an OIDC issuer on this machine that stay up until Ctrl-C, with the buckets of
 * examples/plan-and-apply. Prints the `export` lines by which `cdktf`, the AWS CLI and the Action work against them.
 */
import '../src/require-node.ts';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { readAccessConfig } from '../src/action/config-files.ts';
import { repository } from '../test/support/cache-folder.ts';
import { startGitHub, type GitHubStandIn } from '../test/support/github-stand-in.ts';
import { startScene, type Scene } from '../test/support/scene.ts';

const configFile = join(repository, 'examples', 'plan-and-apply', 'kolena-s3.yml');
const config = readAccessConfig(configFile);

/** The example's buckets, apart from those that every world has, and Kolena's principal, each with something to read. */
async function furnish({ world }: Scene): Promise<void> {
  await world.createRole({ arn: config.kolenaPrincipalArn });
  for (const { bucket: name } of config.buckets.filter(({ bucket }) => bucket !== 'share-with-kolena'))
    await world.createBucket({
      name,
      objects: { 'images/0001.png': 'image', 'notes.txt': 'not for Kolena' },
    });
}

/** What a shell needs, with files of the runner in a temporary folder. */
function variables({ world, terraform }: Scene, github: GitHubStandIn): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'kolena-world-'));
  const { event } = github.openPullRequest('Give Kolena access to our images');
  const file = (name: string, text = '') => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  mkdirSync(join(folder, 'temp'));
  return {
    ...world.env(world.deployer),
    ...terraform.env,
    KOLENA_S3_CONFIG: configFile,
    ...world.issuer.env({ sub: 'repo:octo-org/data-access:ref:refs/heads/main' }),
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.jobToken,
    GITHUB_REPOSITORY: 'octo-org/data-access',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
    GITHUB_WORKSPACE: repository,
    GITHUB_OUTPUT: file('output.txt'),
    GITHUB_STEP_SUMMARY: file('summary.md'),
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '1',
    RUNNER_TEMP: join(folder, 'temp'),
    INPUT_CONFIG: configFile,
  };
}

// The world may run on any Node; the Action itself runs on 24.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const [scene, github] = await Promise.all([startScene(), startGitHub()]);
try {
  await furnish(scene);
  const shell = variables(scene, github);
  for (const [name, value] of Object.entries(shell))
    console.log(`export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
  console.error(`
The world is up. Paste the lines above into another shell, and then, for example:

  aws iam list-roles                  aws s3 ls s3://share-with-kolena --recursive
  npx cdktf diff                      npx cdktf deploy --auto-approve
  npm run verify
  INPUT_COMMAND=plan node dist/index.js
  env INPUT_COMMAND=plan INPUT_COMMENT=always "INPUT_GITHUB-TOKEN=$GITHUB_TOKEN" node dist/index.js
  curl "$GITHUB_API_URL/repos/octo-org/data-access/issues/1/comments"
  cat "$GITHUB_STEP_SUMMARY"

Ctrl-C ends everything.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
} finally {
  await Promise.all([scene.stop(), github.stop()]);
}
