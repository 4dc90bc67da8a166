import { PutBucketCorsCommand, type CORSRule } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startConfigRepository, type ConfigRepository, type Job } from '../support/config-repository.ts';
import { corsOf } from '../support/cors-of.ts';
import { readAccountState } from '../support/gate/account-state.ts';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { seedCors } from '../support/seed.ts';
import { stopAtFirstFailure } from '../support/story.ts';
import { customerAccountId } from '../support/world.ts';

// Each test is a history of several jobs.
vi.setConfig({ testTimeout: 600_000 });

let scene: Scene;
let repository: ConfigRepository;

beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());
beforeEach(() => {
  scene.world.gate.forget();
});

/** Each story has a role and buckets of its own, whose names begin alike, so that one AWS serves them all. */
const sharing = (name: string, ...buckets: readonly string[]): string =>
  [
    `role-name: ${name}`,
    `policy-name: ${name}`,
    'buckets:',
    ...buckets.map((bucket) => `  - ${bucket}`),
  ].join('\n');

const createBuckets = (...names: readonly string[]): Promise<unknown> =>
  Promise.all(names.map((name) => scene.world.createBucket({ name })));

/** Buckets that a role's policies name; undefined when there is no such role. */
async function bucketsOf(roleName: string): Promise<readonly string[] | undefined> {
  const { world } = scene;
  const { roles } = await readAccountState(world.iam(world.customerRoot), customerAccountId);
  const role = roles.get(roleName);
  if (role === undefined) return undefined;
  const named = JSON.stringify(role.policies).matchAll(/arn:aws:s3:::([a-z-]+)/g);
  const buckets = new Set([...named].map(([, bucket = '']) => bucket));
  // What Kolena shows to everybody is granted to every role.
  buckets.delete('kolena-public-datasets');
  return [...buckets].sort();
}

const originsOf = async (bucket: string): Promise<readonly (string | undefined)[]> =>
  (await corsOf(scene.world, bucket)).map(({ AllowedOrigins }) => AllowedOrigins?.[0]);

const [kolenaOrigin = ''] = seedCors[0]?.AllowedOrigins ?? [];

async function succeed(run: Promise<ActionResult>): Promise<ActionResult> {
  const result = await run;
  expect(result.exitCode, result.log).toBe(0);
  return result;
}

async function fail(run: Promise<ActionResult>, reason: string): Promise<string> {
  const { exitCode, outputs, errors, log } = await run;
  expect({ exitCode, reason: outputs['failure-reason'] }, log).toEqual({ exitCode: 1, reason });
  expect(errors).toHaveLength(1);
  return errors[0] ?? '';
}

/** The facts that a refusal names. */
const factsIn = (error: string): readonly string[] => error.split('\n').filter((line) => /^[+-] /.test(line));

const commentOn = (number: number): string => {
  const [comment, ...others] = repository.github.commentsOn(number);
  expect(others).toEqual([]);
  return comment?.body ?? '';
};

/** A repository for each test, or for a story of several. */
function inRepository(each: typeof beforeEach | typeof beforeAll): void {
  each(async () => {
    repository = await startConfigRepository(scene);
  });
  (each === beforeEach ? afterEach : afterAll)(() => repository.stop());
}

describe('what was shown is what is applied:', () => {
  inRepository(beforeEach);

  test('what is left of half an apply', async () => {
    await createBuckets('half-a', 'half-b');
    const pull = repository.propose(sharing('half', 'half-a', 'half-b'));
    await succeed(repository.run(pull.plan));
    const job = repository.merge(pull);
    const message = 'User is not authorized to perform: s3:PutBucketCORS';
    const answer = { status: 403, code: 'AccessDenied', message };
    const grant = scene.world.gate.fail({ action: 's3:PutBucketCORS', resource: 'half-b', answer });
    await fail(repository.run(job), 'apply-failed');
    expect(await Promise.all(['half-a', 'half-b'].map(originsOf))).toEqual([[kolenaOrigin], []]);
    grant();
    const { outputs } = await succeed(repository.runAgain(job));
    expect(outputs).not.toHaveProperty('skipped');
    expect(await Promise.all(['half-a', 'half-b'].map(originsOf))).toEqual([[kolenaOrigin], [kolenaOrigin]]);
    expect(commentOn(pull.number)).toMatch(/^### ✅ Kolena S3 access · applied: /m);
  });

  test('what two merges showed, when GitHub dropped the run of the first', async () => {
    await createBuckets('drop-a', 'drop-b');
    const first = repository.propose(sharing('drop', 'drop-a'));
    const second = repository.propose(sharing('drop', 'drop-b'));
    await succeed(repository.run(first.plan));
    await succeed(repository.run(second.plan));
    repository.merge(first);
    const job = repository.merge(second, { config: sharing('drop', 'drop-a', 'drop-b') });
    await succeed(repository.run(job));
    expect(await bucketsOf('drop')).toEqual(['drop-a', 'drop-b']);
    expect(await originsOf('drop-a')).toEqual([kolenaOrigin]);
    expect(commentOn(second.number)).toMatch(/^### ✅ Kolena S3 access · applied: /m);
  });

  test('what is left of a plan from before another one was applied', async () => {
    await createBuckets('open-a', 'open-b');
    const first = repository.propose(sharing('open', 'open-a'));
    const second = repository.propose(sharing('open', 'open-a', 'open-b'));
    await succeed(repository.run(second.plan));
    await succeed(repository.run(first.plan));
    await succeed(repository.run(repository.merge(first)));
    expect(await bucketsOf('open')).toEqual(['open-a']);
    const { outputs } = await succeed(repository.run(repository.merge(second)));
    expect(outputs['has-changes']).toBe('true');
    expect(await bucketsOf('open')).toEqual(['open-a', 'open-b']);
  });

  test('what GitHub knows of a merge only after a while', async () => {
    await createBuckets('late-a', 'late-b');
    const first = repository.propose(sharing('late', 'late-a'));
    await succeed(repository.run(first.plan));
    const job = repository.merge(first, { message: 'A message of our own' });
    const index = new RegExp(`/commits/${job.commit}/pulls`);
    const message = `No commit found for SHA: ${job.commit}`;
    repository.github.faults.push({ request: index, status: 422, message });
    repository.github.faults.push({ request: index, status: 200, body: [] });
    const { log } = await succeed(repository.run(job));
    expect(log.match(/asking again in \d+ s/g)).toEqual(['asking again in 2 s', 'asking again in 4 s']);
    expect(await bucketsOf('late')).toEqual(['late-a']);

    const second = repository.propose(sharing('late', 'late-a', 'late-b'));
    await succeed(repository.run(second.plan));
    const named = repository.merge(second);
    const never = new RegExp(`/commits/${named.commit}/pulls`);
    repository.github.faults.push({ request: never, status: 200, body: [], times: 1000 });
    expect((await succeed(repository.run(named))).log).not.toContain('asking again');
    expect(await bucketsOf('late')).toEqual(['late-a', 'late-b']);
    expect(commentOn(second.number)).toMatch(/^### ✅ Kolena S3 access · applied: /m);
  });

  test('a removal', async () => {
    await createBuckets('gone-a');
    const config = sharing('gone', 'gone-a');
    const first = repository.propose(config);
    await succeed(repository.run(first.plan));
    await succeed(repository.run(repository.merge(first)));
    const destroy = (job: Job) =>
      repository.run({ ...job, inputs: { ...job.inputs, command: 'destroy', 'allow-destroy': 'true' } });
    const removal = repository.propose(`${config}\n# Kolena goes.\n`, { destroy: 'true' });
    scene.world.gate.forget();
    await fail(destroy(repository.dispatch('apply')), 'not-approved');
    expect(scene.world.writes()).toEqual([]);

    await succeed(repository.run(removal.plan));
    expect(commentOn(removal.number)).toContain('**all access removed**');
    await succeed(destroy(repository.merge(removal)));
    expect(await bucketsOf('gone')).toBeUndefined();
    expect(await originsOf('gone-a')).toEqual([]);
  });
});

describe('nothing newer is undone:', () => {
  stopAtFirstFailure();
  inRepository(beforeAll);
  const both = sharing('again', 'again-a', 'again-b');
  const planAndMerge = async (config: string) => {
    const pull = repository.propose(config);
    await succeed(repository.run(pull.plan));
    return { pull, job: repository.merge(pull) };
  };
  let dropping: Awaited<ReturnType<typeof planAndMerge>>;

  async function expectSkipped(run: Promise<ActionResult>): Promise<void> {
    scene.world.gate.forget();
    const { outputs, annotations } = await succeed(run);
    expect(outputs['skipped']).toBe('true');
    const { head } = repository.github;
    expect(annotations).toMatchObject([
      { level: 'notice', message: expect.stringContaining(`since commit ${head.slice(0, 7)}`) as string },
    ]);
    expect(annotations[0]?.message).toContain('`workflow_dispatch`');
    expect(scene.world.writes()).toEqual([]);
    expect(await bucketsOf('again')).toEqual(['again-a', 'again-b']);
  }

  test('the apply of a merge that a later one took back, run again, is skipped', async () => {
    await createBuckets('again-a', 'again-b');
    await succeed(repository.run((await planAndMerge(both)).job));
    dropping = await planAndMerge(sharing('again', 'again-a'));
    await succeed(repository.run(dropping.job));
    expect(await bucketsOf('again')).toEqual(['again-a']);
    await succeed(repository.run((await planAndMerge(both)).job));
    await expectSkipped(repository.runAgain(dropping.job));
    expect(commentOn(2)).toContain('not applied');
  });

  test('so it is after its plan was run again', async () => {
    await succeed(repository.runAgain(dropping.pull.plan));
    await expectSkipped(repository.runAgain(dropping.job));
  });
});

describe('what nobody saw', () => {
  stopAtFirstFailure();
  inRepository(beforeAll);
  const rule = (ID: string): CORSRule => ({
    ID,
    AllowedMethods: ['PUT'],
    AllowedOrigins: [`https://${ID}.example.com`],
  });
  const addRules = (...ids: readonly string[]) => {
    const { world } = scene;
    const CORSConfiguration = { CORSRules: ids.map(rule) };
    return world
      .s3(world.customerRoot)
      .send(new PutBucketCorsCommand({ Bucket: 'seen-a', CORSConfiguration }));
  };
  const config = `${sharing('seen', 'seen-a')}\ncors: replace\n`;

  test('is refused, and shown: a rule of others that was added after the review', async () => {
    await createBuckets('seen-a', 'seen-b');
    await addRules('rule-a');
    const pull = repository.propose(config);
    await succeed(repository.run(pull.plan));
    expect(commentOn(pull.number)).toContain('rule-a');
    const job = repository.merge(pull);
    await addRules('rule-a', 'rule-b');
    scene.world.gate.forget();
    const error = await fail(repository.run(job), 'plan-changed');
    expect(factsIn(error)).toEqual([expect.stringMatching(/^- another CORS rule rule-b: PUT from/)]);
    expect(error).toContain('`workflow_dispatch` on main with `command: plan`');
    expect(scene.world.writes()).toEqual([]);
    expect(await originsOf('seen-a')).toEqual(['https://rule-a.example.com', 'https://rule-b.example.com']);
  });

  test('is planned by a person on the branch, shown on the merged pull request, and applied', async () => {
    await succeed(repository.run(repository.dispatch('plan')));
    expect(commentOn(1)).toContain('rule-b');
    await succeed(repository.run(repository.dispatch('apply')));
    expect(await originsOf('seen-a')).toEqual([kolenaOrigin]);
    expect(await bucketsOf('seen')).toEqual(['seen-a']);
  });

  test('is brought in by a comment in the config, where the conversation is locked', async () => {
    const wider = config.replace('  - seen-a', '  - seen-a\n  - seen-b');
    const pull = repository.propose(wider);
    await succeed(repository.run(pull.plan));
    const job = repository.merge(pull);
    await addRules('rule-c');
    const { github } = repository;
    const [comment] = github.commentsOn(pull.number);
    const request = new RegExp(
      `^(POST .*/issues/${pull.number}/comments|PATCH .*/comments/${comment?.id ?? ''})$`,
    );
    const message = 'Unable to create comment because issue is locked.';
    github.faults.push({ request, status: 403, message, times: 1000 });
    scene.world.gate.forget();
    const error = await fail(repository.run(job), 'plan-changed');
    expect(error).toContain(
      'Where that conversation is locked, merge a pull request that changes a YAML comment',
    );
    const { annotations } = await succeed(repository.run(repository.dispatch('plan')));
    const warnings = annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
    expect(warnings).toContainEqual(expect.stringContaining('its conversation is locked'));
    await fail(repository.run(repository.dispatch('apply')), 'plan-changed');
    expect(scene.world.writes()).toEqual([]);

    const again = repository.propose(`${wider}# Planned again.\n`);
    await succeed(repository.run(again.plan));
    await succeed(repository.run(repository.merge(again)));
    expect(await bucketsOf('seen')).toEqual(['seen-a', 'seen-b']);
    expect(await originsOf('seen-a')).toEqual([kolenaOrigin]);
    expect(commentOn(again.number)).toMatch(/^### ✅ Kolena S3 access · applied: /m);
  });
});

describe('an event', () => {
  inRepository(beforeEach);
  const refused = (run: Promise<ActionResult>) => fail(run, 'not-approved');

  test('that is a comment on an open pull request plans there, and applies nothing of it or of the merged one', async () => {
    await createBuckets('chat-a', 'chat-b');
    const merged = repository.propose(sharing('chat', 'chat-a'));
    await succeed(repository.run(merged.plan));
    const { payload: ofPush, ...job } = repository.merge(merged);
    const before = commentOn(merged.number);
    const open = repository.propose(sharing('chat', 'chat-a', 'chat-b'));
    const issue = { number: open.number, pull_request: { merged_at: null } };
    const commented = { ...job, event: 'issue_comment', payload: { ...ofPush, issue } };
    const checkedOut = { commit: open.plan.commit, config: open.config };
    await succeed(repository.run({ ...commented, config: open.config, inputs: {} }));
    expect(commentOn(open.number)).toContain('chat-b');
    expect(commentOn(merged.number)).toBe(before);

    scene.world.gate.forget();
    for (const own of [commented, { ...commented, ...checkedOut }]) {
      expect(await refused(repository.run(own))).toContain(
        `pull request ${open.number}, which is still open`,
      );
      expect(commentOn(open.number)).toContain('which is still open');
    }
    expect(scene.world.gate.calls).toEqual([]);
    expect(commentOn(merged.number)).toBe(before);
  });

  test('of Dependabot, which gets no ID token, is skipped with the reason before AWS is asked', async () => {
    const { plan } = repository.propose(sharing('bot', 'share-with-kolena'));
    const inputs = { 'role-to-assume': scene.world.deployer.identityArn };
    const { outputs, annotations } = await succeed(
      repository.run({ ...plan, inputs, env: { GITHUB_ACTOR: 'dependabot[bot]' } }),
    );
    expect(outputs['skipped']).toBe('true');
    expect(annotations).toMatchObject([
      { level: 'notice', message: expect.stringContaining('GitHub gives it no ID token') as string },
    ]);
    expect(scene.world.gate.calls).toEqual([]);
  });
});
