import { expect, test } from 'vitest';
import { run } from '../../src/action/run.ts';
import { parseSettings, reportingOf } from '../../src/action/settings.ts';
import { StepError, UserError } from '../../src/base/errors.ts';
import { fakeWorld, pullRequestEvent, type Call, type FakeWorld } from './fake-world.ts';

/** The calls that change AWS; `adopt` fills Terraform's throwaway state alone. */
const writes: readonly Call[] = ['aws.removeKolenaRules', 'terraform.apply', 'aws.putBackCors'];

/** Runs in a world, and gives the error that the run threw. */
async function failureIn({ edges }: FakeWorld): Promise<unknown> {
  try {
    await run(edges);
    return undefined;
  } catch (error) {
    return error;
  }
}

const writesIn = ({ calls }: FakeWorld) => calls.filter((call) => writes.includes(call));
const planned = { number: 7, url: 'https://github.com/o/r/pull/7', head: 'head-1' };

/** The digest of a recorded run's plan. */
async function digestOf(recorded: 'create' | 'change'): Promise<string> {
  const world = fakeWorld({ recorded });
  await run(world.edges);
  return world.outputs['plan-digest'] ?? '';
}

test('A plan writes nothing to AWS, and is published with outputs, summary and comment.', async () => {
  const world = fakeWorld({ event: pullRequestEvent });
  expect(await failureIn(world)).toBeUndefined();
  expect(writesIn(world)).toEqual([]);
  expect(world.outputs).toMatchObject({ 'has-changes': true, 'to-add': 4, 'comment-id': 1 });
  expect(world.summaries).toEqual([expect.stringContaining('share-with-kolena')]);
  expect(world.comments).toMatchObject([{ number: 7, changed: true }]);
});

test('An apply of the approved plan asks for the approval before its first write, and proves the access last.', async () => {
  const approval = { pullRequest: planned, shown: { digest: await digestOf('create'), head: 'head-1' } };
  const world = fakeWorld({ inputs: { command: 'apply', 'require-approved-plan': 'true' }, approval });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls.slice(world.calls.indexOf('github.findApproval'))).toEqual([
    'github.findApproval',
    'aws.requireUnchangedCors',
    'aws.removeKolenaRules',
    'terraform.apply',
    'aws.putBackCors',
    'aws.probe',
    'outputs',
    'summary',
    'github.findMerged',
    'github.saveComment',
    'outputs',
  ]);
});

test('An apply of a plan that nobody approved writes nothing, and is published as refused.', async () => {
  const approval = { pullRequest: planned, shown: { digest: await digestOf('change'), head: 'head-1' } };
  const world = fakeWorld({ inputs: { command: 'apply', 'require-approved-plan': 'true' }, approval });
  expect(await failureIn(world)).toMatchObject({
    reason: 'plan-changed',
    detail: expect.stringContaining('IAM role KolenaS3ReadAccess') as string,
  });
  expect(writesIn(world)).toEqual([]);
  expect(world.outputs['failure-reason']).toBe('plan-changed');
  expect(world.comments).toHaveLength(1);
});

test('An apply that needs an approval is refused when there is no token to read it with.', async () => {
  const inputs = { command: 'apply', 'require-approved-plan': 'true' };
  const world = fakeWorld({ inputs });
  const untold = { ...world, edges: { ...world.edges, openPullRequests: () => undefined } };
  expect(await failureIn(untold)).toMatchObject({
    reason: 'not-approved',
    message: expect.stringContaining('no GitHub token') as string,
  });
  expect(writesIn(world)).toEqual([]);
});

test('CORS rules that changed since the plan stop an apply before its first write.', async () => {
  const changed = new UserError({ reason: 'plan-changed', message: 'm', remedy: 'r' });
  const world = fakeWorld({
    recorded: 'remove',
    inputs: { command: 'apply' },
    failing: { 'aws.requireUnchangedCors': changed },
  });
  expect(await failureIn(world)).toBe(changed);
  expect(writesIn(world)).toEqual([]);
});

test('A plan without changes is neither approved nor applied, and its access is still proven.', async () => {
  const inputs = { command: 'apply', 'require-approved-plan': 'true' };
  const world = fakeWorld({ recorded: 'none', inputs });
  expect(await failureIn(world)).toBeUndefined();
  expect(writesIn(world)).toEqual([]);
  expect(world.calls).not.toContain('github.findApproval');
  expect(world.calls).toContain('aws.probe');
  expect(world.comments).toMatchObject([{ changed: false }]);
});

test.each<[Call, UserError['reason']]>([
  ['aws.signIn', 'plan-failed'],
  ['aws.observe', 'plan-failed'],
  ['aws.simulatePlanned', 'plan-failed'],
  ['terraform.init', 'plan-failed'],
  ['terraform.plan', 'plan-failed'],
  ['aws.requireUnchangedCors', 'apply-failed'],
  ['aws.removeKolenaRules', 'apply-failed'],
  ['terraform.apply', 'apply-failed'],
  ['aws.putBackCors', 'apply-failed'],
  ['aws.probe', 'verification-failed'],
])('An apply whose %s fails ends as %s, in outputs, summary and comment.', async (call, reason) => {
  const error = new StepError({ message: 'It broke.', remedy: 'Mend it.' });
  const world = fakeWorld({ inputs: { command: 'apply' }, failing: { [call]: error } });
  expect(await failureIn(world)).toMatchObject({ reason, message: 'It broke.', cause: error });
  expect(world.outputs['failure-reason']).toBe(reason);
  expect(world.summaries).toEqual([expect.stringContaining('It broke.')]);
  expect(world.comments).toMatchObject([
    { changed: true, body: expect.stringContaining('Mend it.') as string },
  ]);
});

test('An error that nobody foresaw is published under its own message.', async () => {
  const world = fakeWorld({ failing: { 'terraform.plan': new TypeError('x is not a function') } });
  expect(await failureIn(world)).toMatchObject({
    reason: 'plan-failed',
    message: '`plan` failed with an unexpected error: TypeError: x is not a function',
  });
  expect(world.summaries).toEqual([expect.stringContaining('x is not a function')]);
});

test('An apply whose access cannot be proven fails after everything was applied.', async () => {
  const world = fakeWorld({ inputs: { command: 'apply' }, roleStands: false });
  expect(await failureIn(world)).toMatchObject({ reason: 'verification-failed' });
  expect(writesIn(world)).toEqual(['aws.removeKolenaRules', 'terraform.apply', 'aws.putBackCors']);
  expect(world.outputs).toMatchObject({ verified: false, 'failure-reason': 'verification-failed' });
});

test('A fork is told that it was skipped, without a call to AWS, Terraform or GitHub.', async () => {
  const fork = { number: 7, head: 'head-1', merged: false, fork: 'somebody/fork' };
  const world = fakeWorld({ event: { ...pullRequestEvent, pullRequest: fork } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).toEqual(['outputs', 'summary']);
  expect(world.outputs).toMatchObject({ skipped: true, 'terraform-json-path': '/run/cdk.tf.json' });
});

test('A fork whose config is not valid is warned of it, and its run stays green.', async () => {
  const fork = { number: 7, head: 'head-1', merged: false, fork: 'somebody/fork' };
  const inputs = new UserError({ reason: 'invalid-input', message: 'No such bucket.', remedy: 'Name one.' });
  const given = { inputs, reporting: reportingOf({}) };
  const world = fakeWorld({ event: { ...pullRequestEvent, pullRequest: fork }, given });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.warnings).toEqual(['No such bucket.\nNext step: Name one.']);
  expect(world.outputs).toEqual({ skipped: true });
});

test('A refused comment fails a run that went well, after its outputs and summary.', async () => {
  const refused = new UserError({ reason: 'comment-failed', message: 'm', remedy: 'r' });
  const failing = { 'github.saveComment': refused };
  const world = fakeWorld({ event: pullRequestEvent, failing });
  expect(await failureIn(world)).toBe(refused);
  expect(world.calls.slice(-3)).toEqual(['outputs', 'summary', 'github.saveComment']);
  expect(world.outputs).toHaveProperty('plan-digest');
});

test('A pull request that GitHub refuses to name fails an apply after its outputs and summary.', async () => {
  const refused = new UserError({ reason: 'comment-failed', message: 'm', remedy: 'r' });
  const failing = { 'github.findMerged': refused };
  const world = fakeWorld({ inputs: { command: 'apply' }, failing });
  expect(await failureIn(world)).toBe(refused);
  expect(world.calls.slice(-3)).toEqual(['outputs', 'summary', 'github.findMerged']);
});

test('A refused comment is a warning beside the failure of the run itself.', async () => {
  const broken = new StepError({ message: 'It broke.', remedy: 'Mend it.' });
  const refused = new UserError({ reason: 'comment-failed', message: 'Refused.', remedy: 'Allow it.' });
  const failing = { 'terraform.plan': broken, 'github.saveComment': refused };
  const world = fakeWorld({ event: pullRequestEvent, failing });
  expect(await failureIn(world)).toMatchObject({ reason: 'plan-failed' });
  expect(world.warnings).toContain('Refused.\nNext step: Allow it.');
});

test('An apply comments on the pull request that brought its commit in, and warns when GitHub cannot name it now.', async () => {
  const named = fakeWorld({ inputs: { command: 'apply' }, merged: { number: 9, url: '', head: 'head-1' } });
  expect(await failureIn(named)).toBeUndefined();
  expect(named.comments).toMatchObject([{ number: 9 }]);
  const merged = { kind: 'warning', message: 'GitHub kept failing.' } as const;
  const unnamed = fakeWorld({ inputs: { command: 'apply' }, merged });
  expect(await failureIn(unnamed)).toBeUndefined();
  expect(unnamed.warnings).toContain('GitHub kept failing.');
  expect(unnamed.outputs).not.toHaveProperty('comment-id');
});

test('`fail-on-changes` fails a plan that holds changes, and no other.', async () => {
  const inputs = { 'fail-on-changes': 'true' };
  const drifted = fakeWorld({ inputs });
  expect(await failureIn(drifted)).toMatchObject({ reason: 'plan-changed' });
  expect(drifted.outputs).toMatchObject({ 'has-changes': true, 'failure-reason': 'plan-changed' });
  expect(await failureIn(fakeWorld({ inputs, recorded: 'none' }))).toBeUndefined();
});

test('A destroy without a backend brings what exists into the state, applies, and proves nothing.', async () => {
  const inputs = { command: 'destroy', 'allow-destroy': 'true' };
  const world = fakeWorld({ recorded: 'destroy', inputs });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls.indexOf('terraform.adopt')).toBeGreaterThan(world.calls.indexOf('terraform.init'));
  expect(world.calls.indexOf('terraform.adopt')).toBeLessThan(world.calls.indexOf('terraform.plan'));
  expect(writesIn(world)).toEqual(['aws.removeKolenaRules', 'terraform.apply', 'aws.putBackCors']);
  expect(world.calls).not.toContain('aws.probe');
});

test('A destroy is refused when the state of its backend does not hold the role.', async () => {
  const inputs = { command: 'destroy', 'allow-destroy': 'true', backend: 's3' };
  const world = fakeWorld({ recorded: 'none', inputs });
  expect(await failureIn(world)).toMatchObject({
    reason: 'plan-failed',
    message: expect.stringContaining('the backend "s3" does not hold it') as string,
  });
  expect(writesIn(world)).toEqual([]);
});

test('A destroy without `allow-destroy` is planned, published and refused.', async () => {
  const world = fakeWorld({ recorded: 'destroy', inputs: { command: 'destroy' } });
  expect(await failureIn(world)).toMatchObject({ reason: 'destroy-refused' });
  expect(writesIn(world)).toEqual([]);
  expect(world.outputs).toHaveProperty('plan-digest');
});

test('A verify asks AWS alone, and plans nothing.', async () => {
  const world = fakeWorld({ recorded: 'none', inputs: { command: 'verify' } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).toEqual(['aws.signIn', 'aws.observe', 'aws.probe', 'outputs', 'summary']);
});

test('`verify: off` applies without a question to the role, and says so.', async () => {
  const world = fakeWorld({ inputs: { command: 'apply', verify: 'off' } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).not.toContain('aws.simulatePlanned');
  expect(world.calls).not.toContain('aws.probe');
  expect(world.summaries).toEqual([expect.stringContaining('nothing was proven')]);
});

test('A synth without credentials writes its JSON from the config alone, and says so.', async () => {
  const world = fakeWorld({ inputs: { command: 'synth' }, hasCredentials: false });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).toEqual(['aws.signIn', 'outputs', 'summary']);
  expect(world.outputs).toMatchObject({ 'terraform-json-path': '/run/cdk.tf.json' });
  expect(world.summaries).toEqual([expect.stringContaining('nothing was observed')]);
});

test('A synth with credentials observes AWS first.', async () => {
  const world = fakeWorld({ inputs: { command: 'synth' } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).toEqual(['aws.signIn', 'aws.observe', 'outputs', 'summary']);
});

const invalid = new UserError({ reason: 'invalid-input', message: 'No such bucket.', remedy: 'Name one.' });

test('A config that is not valid is published by valid settings, comment included, before any call to AWS.', async () => {
  const settings = { 'aws-region': 'us-east-1', 'github-token': 'ghs_example' };
  const given = { inputs: invalid, reporting: parseSettings(settings) };
  const world = fakeWorld({ event: pullRequestEvent, given });
  expect(await failureIn(world)).toBe(invalid);
  expect(world.calls).toEqual(['outputs', 'summary', 'github.saveComment', 'outputs']);
  expect(world.comments).toMatchObject([
    { changed: true, body: expect.stringContaining('Name one.') as string },
  ]);
});

test('Settings that are not valid are published in outputs and summary, without a comment.', async () => {
  const given = {
    inputs: invalid,
    reporting: reportingOf({ command: 'aply', 'github-token': 'ghs_example' }),
  };
  const world = fakeWorld({ event: pullRequestEvent, given });
  expect(await failureIn(world)).toBe(invalid);
  expect(world.calls).toEqual(['outputs', 'summary']);
  expect(world.outputs).toEqual({ 'failure-reason': 'invalid-input' });
});

test.each([
  ['an apply on pull_request_target', { command: 'apply' }, 'not-approved'],
  ['a `verify-object` outside of the buckets', { 'verify-object': 's3://other/key' }, 'invalid-input'],
])('%s is refused before any call to AWS.', async (_, inputs, reason) => {
  const world = fakeWorld({ inputs, event: { kind: 'pull_request_target', apiUrl: '' } });
  expect(await failureIn(world)).toMatchObject({ reason });
  expect(world.calls.filter((call) => /^(?:aws|terraform)/.test(call))).toEqual([]);
});

test('An apply whose report cannot be rendered is an apply all the same, and says what it could not show.', async () => {
  const world = fakeWorld({ inputs: { command: 'apply' } });
  const masked = (text: string) => {
    if (world.calls.includes('aws.probe')) throw new TypeError('the renderer met something odd');
    return text;
  };
  const failure = await failureIn({
    ...world,
    edges: { ...world.edges, runner: { ...world.edges.runner, masked } },
  });
  expect(failure).toBeUndefined();
  expect(world.outputs).toMatchObject({ 'has-changes': true, verified: false });
  expect(world.outputs['failure-reason']).toBeUndefined();
  expect(world.summaries).toEqual([
    expect.stringContaining('`apply`: applied. The report could not be rendered'),
  ]);
  expect(world.warnings).toContainEqual(expect.stringContaining('the renderer met something odd'));
  expect(world.comments).toEqual([]);
});
