import { describe, expect, test } from 'vitest';
import { run } from '../../src/action/run.ts';
import { parseSettings, reportingOf } from '../../src/action/settings.ts';
import { StepError, UserError } from '../../src/base/errors.ts';
import type { EventContext } from '../../src/github/event.ts';
import type { ShownPlan } from '../../src/plan/approval.ts';
import { readMarker, writeMarker } from '../../src/report/marker.ts';
import type { Check } from '../../src/verify/check.ts';
import { policyOf, roleOf } from '../access/world.ts';
import { recordedReport } from '../report/recorded.ts';
import { policyOf as denialOf } from '../verify/guarded.ts';
import {
  commentUrl,
  fakeWorld,
  issueUrl,
  pullRequestEvent,
  type Call,
  type FakeWorld,
} from './fake-world.ts';

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
const pullRequest = { number: 7, url: 'https://github.com/o/r/pull/7', head: 'head-1' };

/** What a plan of a recorded run shows on a pull request. */
async function shownBy(recorded: 'create' | 'change', inputs = {}): Promise<ShownPlan> {
  const event = { ...pullRequestEvent, branch: 'main' };
  const world = fakeWorld({ recorded, event, inputs });
  await run(world.edges);
  const shown = readMarker(world.comments[0]?.body ?? '', 'default')?.shown;
  if (shown === undefined) throw new Error('nothing was shown');
  return shown;
}

test('A plan writes nothing to AWS, and is published with outputs, summary and comment.', async () => {
  const world = fakeWorld({ event: pullRequestEvent });
  expect(await failureIn(world)).toBeUndefined();
  expect(writesIn(world)).toEqual([]);
  expect(world.outputs).toMatchObject({ 'has-changes': true, 'to-add': 4, 'comment-id': 1 });
  expect(world.summaries).toEqual([expect.stringContaining('share-with-kolena')]);
  expect(world.comments).toMatchObject([{ number: 7, changed: true }]);
});

const gated = { command: 'apply', 'require-approved-plan': 'true' };
const push: EventContext = { kind: 'push', apiUrl: '', branch: 'main', commit: 'commit-1' };

test('An apply of the approved plan asks for the approval before its first write, and proves the access last.', async () => {
  const merges = [{ commit: 'commit-1', pullRequest, shown: await shownBy('create') }];
  const world = fakeWorld({ inputs: gated, event: push, merges });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls.slice(world.calls.indexOf('github.isApproving'))).toEqual([
    'github.isApproving',
    'github.isOnBranch',
    'github.findMerges',
    'github.findNewer',
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

test('An apply of what nobody approved writes nothing, and names just that.', async () => {
  const shown = await shownBy('create');
  // One fact was not there when the plan was shown; the digest is no excuse.
  const merges = [
    {
      commit: 'commit-1',
      pullRequest,
      shown: { ...shown, facts: shown.facts?.slice(1) ?? [] },
    },
  ];
  const world = fakeWorld({ inputs: gated, event: push, merges });
  expect(await failureIn(world)).toMatchObject({
    reason: 'plan-changed',
    detail: expect.stringMatching(/^\+ arn:aws:iam::111122223333:root may sts:AssumeRole .*$/) as string,
    remedy: expect.stringContaining('writes what would be applied to pull request 7') as string,
  });
  expect(writesIn(world)).toEqual([]);
  expect(world.outputs['failure-reason']).toBe('plan-changed');
  expect(world.comments).toHaveLength(1);
});

test('What is left of an approved plan is approved.', async () => {
  const { facts = [], ...shown } = await shownBy('create');
  const merges = [
    { commit: 'commit-1', pullRequest, shown: { ...shown, digest: 'other', facts: [...facts, '+more'] } },
  ];
  const world = fakeWorld({ inputs: gated, event: push, merges });
  expect(await failureIn(world)).toBeUndefined();
  expect(writesIn(world)).toContain('terraform.apply');
});

test('What two merged pull requests showed together is approved, when the run of the first never came.', async () => {
  const { facts = [], ...shown } = await shownBy('create');
  const part = (own: readonly string[]) => ({ ...shown, digest: 'other', facts: own });
  const second = { ...pullRequest, number: 8 };
  const merges = [
    { commit: 'commit-2', pullRequest: second, shown: part(facts.slice(2)) },
    { commit: 'commit-1', pullRequest, shown: part(facts.slice(0, 2)) },
  ];
  expect(await failureIn(fakeWorld({ inputs: gated, event: push, merges }))).toBeUndefined();
  expect(
    await failureIn(fakeWorld({ inputs: gated, event: push, merges: merges.slice(0, 1) })),
  ).toMatchObject({
    reason: 'plan-changed',
  });
});

test('What a merge in between took back is not approved any more.', async () => {
  const shown = await shownBy('create');
  const { config } = recordedReport('create');
  const says = (part: object) =>
    JSON.stringify({
      buckets: config?.buckets.map(({ bucket }) => bucket),
      'kolena-principal-arn': config?.kolenaPrincipalArn,
      'kolena-external-id': config?.kolenaExternalId,
      tags: config?.tags,
      ...part,
    });
  const merges = [
    { commit: 'commit-3', pullRequest: { ...pullRequest, number: 9 } },
    { commit: 'commit-2', pullRequest: { ...pullRequest, number: 8 } },
    { commit: 'commit-1', pullRequest, shown: { ...shown, digest: 'other' } },
  ];
  const same = fakeWorld({ inputs: gated, event: push, merges, configs: { 'commit-2': says({}) } });
  expect(await failureIn(same)).toBeUndefined();
  const other = says({ buckets: ['another-bucket'] });
  const taken = fakeWorld({ inputs: gated, event: push, merges, configs: { 'commit-2': other } });
  expect(await failureIn(taken)).toMatchObject({
    reason: 'plan-changed',
    detail: expect.stringMatching(/^\+ role .* on share-with-kolena$/m) as string,
  });
  expect(writesIn(taken)).toEqual([]);
});

test.each<[string, boolean, Partial<ShownPlan>, { mergedAt?: string }]>([
  ['before the merge', true, { plannedAt: '2026-11-25T09:00:00Z' }, { mergedAt: '2026-11-25T10:00:00Z' }],
  ['after the merge', false, { plannedAt: '2026-11-25T11:00:00Z' }, { mergedAt: '2026-11-25T10:00:00Z' }],
  [
    'after the merge, as a person asked for',
    true,
    { plannedAt: '2026-11-25T11:00:00Z', isAnew: true },
    { mergedAt: '2026-11-25T10:00:00Z' },
  ],
  ['for an older commit', false, { head: 'head-0' }, {}],
  ['for another config or account', false, { scope: 'other.yml@0' }, {}],
])('A plan that was shown %s: approved %s.', async (_, isApproved, part, merge) => {
  const shown = { ...(await shownBy('create')), ...part };
  const merges = [{ commit: 'commit-1', pullRequest: { ...pullRequest, ...merge }, shown }];
  const world = fakeWorld({ inputs: gated, event: push, merges });
  expect((await failureIn(world)) === undefined).toBe(isApproved);
});

test.each<[Partial<EventContext>, boolean]>([
  [{}, false],
  [{ isAnew: true }, true],
])(
  'A plan that ends after the merge counts as seen by nobody and says so, unless it was asked for: %j.',
  async (part, isApproved) => {
    const event: EventContext = { ...pullRequestEvent, branch: 'main', ...part };
    const described = { number: 7, head: 'head-1', merged: true, branch: 'main' };
    const late = fakeWorld({ event, described });
    const mergedAt = new Date().toISOString();
    expect(await failureIn(late)).toBeUndefined();
    const { body = '' } = late.comments[0] ?? {};
    expect(body.includes('nobody saw it before the merge')).toBe(!isApproved);
    const shown = readMarker(body, 'default')?.shown;
    if (shown === undefined) throw new Error('nothing was shown');
    const merges = [{ commit: 'commit-1', pullRequest: { ...pullRequest, mergedAt }, shown }];
    const applying = fakeWorld({ inputs: gated, event: push, merges });
    expect(await failureIn(applying)).toEqual(
      isApproved ? undefined : expect.objectContaining({ reason: 'not-approved' }),
    );
    expect(writesIn(applying).includes('terraform.apply')).toBe(isApproved);
  },
);

test('A plan that a person dispatches on the branch is shown on the newest merged pull request, and approves an apply.', async () => {
  const event: EventContext = { ...push, kind: 'workflow_dispatch', isAnew: true };
  const planning = fakeWorld({ event });
  expect(await failureIn(planning)).toBeUndefined();
  expect(planning.comments).toMatchObject([{ number: 7 }]);
  const shown = readMarker(planning.comments[0]?.body ?? '', 'default')?.shown;
  if (shown === undefined) throw new Error('nothing was shown');
  const mergedAt = '2026-11-01T10:00:00Z';
  const merges = [{ commit: 'commit-1', pullRequest: { ...pullRequest, mergedAt }, shown }];
  expect(await failureIn(fakeWorld({ inputs: gated, event, merges }))).toBeUndefined();
});

test('An apply that finished its writes is recorded, verified or not, and one that failed leaves the record and the facts.', async () => {
  const shown = await shownBy('create');
  const previous = writeMarker({
    key: 'default',
    shown,
    applied: { commit: 'step-0', time: 't' },
    latest: { time: 't', verdict: 'v' },
    history: [],
  });
  const appliedIn = async (props: Parameters<typeof fakeWorld>[0]) => {
    const world = fakeWorld({ inputs: { command: 'apply' }, event: push, previous, ...props });
    await failureIn(world);
    return readMarker(world.comments[0]?.body ?? '', 'default');
  };
  expect(await appliedIn({})).toMatchObject({ applied: { commit: 'step-1' }, shown });
  expect(await appliedIn({ roleStands: false })).toMatchObject({ applied: { commit: 'step-1' } });
  expect(await appliedIn({ recorded: 'none' })).toMatchObject({ applied: { commit: 'step-1' } });
  const failing = { 'terraform.apply': new StepError({ message: 'm', remedy: 'r' }) };
  expect(await appliedIn({ failing })).toMatchObject({ applied: { commit: 'step-0' }, shown });
});

test.each([[['newer-1']], [[undefined, 'newer-1']]])(
  'A run that is older than what the branch says ends green, says so, and writes nothing: asked %j.',
  async (newer) => {
    const merges = [{ commit: 'commit-1', pullRequest, shown: await shownBy('create') }];
    const world = fakeWorld({ inputs: gated, event: push, merges, newer });
    expect(await failureIn(world)).toBeUndefined();
    expect(writesIn(world)).toEqual([]);
    expect(world.outputs.skipped).toBe(true);
    expect(world.notices).toEqual([expect.stringContaining('since commit newer-1')]);
    expect(world.comments[0]?.body).toContain('not applied: the branch says something else');
    expect(readMarker(world.comments[0]?.body ?? '', 'default')).not.toHaveProperty('applied');
  },
);

test('An apply on a branch that is neither the default one nor protected is not approved.', async () => {
  const merges = [{ commit: 'commit-1', pullRequest, shown: await shownBy('create') }];
  const event = { ...push, branch: 'topic' };
  const world = fakeWorld({ inputs: gated, event, merges, isApproving: false });
  expect(await failureIn(world)).toMatchObject({ reason: 'not-approved' });
  expect(writesIn(world)).toEqual([]);
});

test.each<[string, boolean, Parameters<typeof fakeWorld>[0]]>([
  ['the commit of the event is on the branch', true, { onBranch: ['commit-1'] }],
  ['the commit of the event is on no branch', false, { onBranch: [] }],
  ['another commit is checked out, and on the branch', true, { checkedOut: 'older', onBranch: ['older'] }],
  ['a pull request’s commit is checked out', false, { checkedOut: 'head-1', onBranch: ['commit-1'] }],
])('Under the gate, where %s, an apply passes: %s.', async (_, isApproved, props) => {
  const merges = [{ commit: 'commit-1', pullRequest, shown: await shownBy('create') }];
  const event = { ...push, kind: 'issue_comment' as const };
  const world = fakeWorld({ inputs: gated, event, merges, ...props });
  const failure = await failureIn(world);
  expect(failure).toEqual(isApproved ? undefined : expect.objectContaining({ reason: 'not-approved' }));
  expect(writesIn(world).includes('terraform.apply')).toBe(isApproved);
  const asked = fakeWorld({ inputs: { ...gated, 'apply-on-pull-request': 'true' }, event, merges, ...props });
  expect(await failureIn(asked)).toBeUndefined();
});

test('A comment of the same key for another config is not written over.', async () => {
  const shown = { ...(await shownBy('create')), scope: 'other.yml@0' };
  const previous = writeMarker({ key: 'default', shown, latest: { time: 't', verdict: 'v' }, history: [] });
  const world = fakeWorld({ event: pullRequestEvent, previous });
  expect(await failureIn(world)).toMatchObject({
    reason: 'invalid-input',
    remedy: expect.stringContaining('`comment-key`') as string,
  });
  expect(world.comments).toEqual([]);
});

describe('An event about an open pull request', () => {
  const open = { number: 7, head: 'head-1', merged: false };
  const events: EventContext[] = [
    { kind: 'pull_request', apiUrl: '', branch: 'main', pullRequest: open },
    { kind: 'pull_request_review', apiUrl: '', branch: 'main', pullRequest: open },
    { kind: 'issue_comment', apiUrl: '', branch: 'main', commit: 'commit-1', commentedPullRequest: 7 },
  ];

  test.each(events)('lets nothing be applied or destroyed unless an input says so: $kind', async (event) => {
    for (const command of ['apply', 'destroy']) {
      const world = fakeWorld({ inputs: { command }, event });
      expect(await failureIn(world)).toMatchObject({ reason: 'not-approved' });
      expect(world.calls.filter((call) => call.startsWith('aws'))).toEqual([]);
    }
    const inputs = { command: 'apply', 'apply-on-pull-request': 'true' };
    const told = fakeWorld({ inputs, event });
    expect(await failureIn(told)).toBeUndefined();
    expect(told.comments).toMatchObject([{ number: 7 }]);
  });

  test('An event about an open pull request that was commented on is planned and commented on itself', async () => {
    const world = fakeWorld({ event: events[2] as EventContext });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.comments).toMatchObject([{ number: 7 }]);
    expect(readMarker(world.comments[0]?.body ?? '', 'default')?.shown?.head).toBe('head-1');
  });

  test('An event about an open pull request that was commented on and comes from a fork is skipped', async () => {
    const described = { ...open, fork: 'somebody/fork', branch: 'main' };
    const world = fakeWorld({ event: events[2] as EventContext, described, inputs: { command: 'apply' } });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.calls).toEqual(['github.describe', 'outputs', 'summary']);
  });

  test('is approved by its own comment under the gate', async () => {
    const inputs = { ...gated, 'apply-on-pull-request': 'true' };
    const merges = [{ commit: 'head-1', pullRequest, shown: await shownBy('create') }];
    const event = events[0] as EventContext;
    expect(await failureIn(fakeWorld({ inputs, event, merges }))).toBeUndefined();
    expect(await failureIn(fakeWorld({ inputs, event }))).toMatchObject({ reason: 'not-approved' });
  });
});

test('The event of a pull request that was just merged is a merge.', async () => {
  const event: EventContext = {
    ...push,
    kind: 'pull_request',
    pullRequest: { number: 7, head: 'head-1', merged: true },
  };
  const world = fakeWorld({ inputs: { command: 'apply' }, event });
  expect(await failureIn(world)).toBeUndefined();
  expect(writesIn(world)).toContain('terraform.apply');
});

test.each<[string, Partial<EventContext>]>([
  ['follows a fork’s workflow', { kind: 'workflow_run', fork: 'somebody/fork' }],
  ['is Dependabot’s, without an ID token', { kind: 'pull_request', isWithoutToken: true }],
])('A run that %s is green, skipped, and asks AWS nothing.', async (_, part) => {
  const inputs = { command: 'apply', 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' };
  const world = fakeWorld({ inputs, event: { ...push, ...part } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.calls).toEqual(['outputs', 'summary']);
  expect(world.outputs.skipped).toBe(true);
  expect(world.notices).toEqual([expect.stringMatching(/somebody\/fork|Dependabot/)]);
});

test('A removal is shown on a pull request, and a destroy is held to it.', async () => {
  const event = { ...pullRequestEvent, branch: 'main' };
  const planning = fakeWorld({ recorded: 'destroy', inputs: { destroy: 'true' }, event });
  expect(await failureIn(planning)).toBeUndefined();
  expect(planning.comments[0]?.body).toContain('**all access removed**');
  const shown = readMarker(planning.comments[0]?.body ?? '', 'default')?.shown;
  if (shown === undefined) throw new Error('nothing was shown');
  const inputs = { ...gated, command: 'destroy', 'allow-destroy': 'true' };
  const merges = [{ commit: 'commit-1', pullRequest, shown }];
  expect(await failureIn(fakeWorld({ recorded: 'destroy', inputs, event: push, merges }))).toBeUndefined();
  const unshown = [{ commit: 'commit-1', pullRequest, shown: await shownBy('create') }];
  const refused = fakeWorld({ recorded: 'destroy', inputs, event: push, merges: unshown });
  expect(await failureIn(refused)).toMatchObject({ reason: 'plan-changed' });
  expect(writesIn(refused)).toEqual([]);
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
  expect(world.calls).not.toContain('github.findMerges');
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

test('The log of a run ends with its verdict and the link of its comment.', async () => {
  const world = fakeWorld({ event: pullRequestEvent });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.verdicts.at(-1)).toBe(
    `Kolena S3 access · plan: Kolena gets read access to 1 new bucket · ${commentUrl}`,
  );
});

test('A run that failed ends its log with what failed, and the link.', async () => {
  const failing = { 'terraform.plan': new StepError({ message: 'It broke.', remedy: 'Mend it.' }) };
  const world = fakeWorld({ event: pullRequestEvent, failing });
  expect(await failureIn(world)).toMatchObject({ reason: 'plan-failed' });
  expect(world.verdicts.at(-1)).toBe(`The plan failed · ${commentUrl}`);
});

test('Without a comment, the log ends with the link of the run, where there is one.', async () => {
  const inputs = { comment: 'never' };
  const runUrl = 'https://github.com/o/r/actions/runs/1';
  const world = fakeWorld({ event: { ...pullRequestEvent, runUrl }, inputs });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.verdicts.at(-1)).toBe(
    `Kolena S3 access · plan: Kolena gets read access to 1 new bucket · ${runUrl}`,
  );
  const local = fakeWorld({ inputs });
  expect(await failureIn(local)).toBeUndefined();
  expect(local.verdicts.at(-1)).toBe('Kolena S3 access · plan: Kolena gets read access to 1 new bucket');
});

test('A plan labels its pull request by direction when asked, and what GitHub refuses is a warning.', async () => {
  const inputs = { labels: 'true', comment: 'never', 'comment-key': 'retail' };
  const world = fakeWorld({ event: pullRequestEvent, inputs, labelWarning: 'Refused.' });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.labels).toEqual([{ number: 7, key: 'retail', direction: 'wider' }]);
  expect(world.warnings).toContain('Refused.');
});

test('A plan that fails takes the label of the earlier one off.', async () => {
  const failing = { 'terraform.plan': new StepError({ message: 'It broke.', remedy: 'Mend it.' }) };
  const world = fakeWorld({ event: pullRequestEvent, inputs: { labels: 'true' }, failing });
  expect(await failureIn(world)).toMatchObject({ reason: 'plan-failed' });
  expect(world.labels).toEqual([{ number: 7, key: 'default', direction: undefined }]);
});

test.each([
  ['not asked for', {}, pullRequestEvent],
  ['not a plan', { labels: 'true', command: 'apply' }, { kind: 'push', apiUrl: '' }],
  ['not about a pull request', { labels: 'true' }, { kind: 'push', apiUrl: '' }],
] as const)('Nothing is labelled where it is %s.', async (_, inputs, event) => {
  const world = fakeWorld({ event, inputs });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.labels).toEqual([]);
});

test('A refused comment fails a run that went well, after its outputs and summary.', async () => {
  const refused = new UserError({ reason: 'comment-failed', message: 'm', remedy: 'r' });
  const failing = { 'github.saveComment': refused };
  const world = fakeWorld({ event: pullRequestEvent, failing });
  expect(await failureIn(world)).toBe(refused);
  expect(world.calls.slice(-3)).toEqual(['summary', 'github.describe', 'github.saveComment']);
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
  const named = fakeWorld({
    inputs: { command: 'apply' },
    merged: { number: 9, url: '', head: 'head-1', step: 'step-1' },
  });
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
  expect(world.calls).toEqual([
    'aws.signIn',
    'aws.observe',
    'aws.probe',
    'aws.kolenaInTrail',
    'outputs',
    'summary',
  ]);
  expect(world.outputs['kolena-last-seen']).toBe('');
});

test('A verify of access that has ended is green, proves nothing more, and warns.', async () => {
  const { edges, ...world } = fakeWorld({ recorded: 'none', inputs: { command: 'verify' } });
  const { inputs, reporting } = edges.readInputs();
  if (inputs instanceof UserError) throw inputs;
  const config = { ...inputs.config, accessUntil: '2026-01-01T00:00:00Z' };
  await run({
    ...edges,
    readInputs: () => ({ inputs: { ...inputs, config }, reporting }),
    signIn: async (settings) => {
      const aws = await edges.signIn(settings);
      return {
        ...aws,
        // Nobody has used it for long, as it should be then.
        observe: async (...given) => {
          const { role, ...observed } = await aws.observe(...given);
          return { ...observed, ...(role && { role: { ...role, created: '2025-01-01T00:00:00Z' } }) };
        },
        kolenaInTrail: () => Promise.resolve({ unsearched: [] }),
        probe: async (expectations, observed, options) => {
          const { role, ...seen } = await aws.probe(expectations, observed, options);
          if (role === undefined) throw new Error('the role of the recorded run stands');
          const { trustPolicy } = expectations.role;
          const documents = expectations.policies.map(({ document }) => document);
          const policies = seen.policies.map((one, at) => ({
            ...one,
            document: documents[at] ?? one.document,
          }));
          return { ...seen, role: { ...role, trustPolicy }, policies };
        },
      };
    },
  });
  expect(world.outputs.verified).toBe(false);
  expect(world.outputs['failure-reason']).toBeUndefined();
  expect(world.warnings.join('\n')).toContain("Kolena's access ended after 31 Dec 2025 (UTC)");
  expect(world.warnings.join('\n')).not.toContain('CloudTrail has no event');
  expect(world.verdicts.at(-1)).toContain('ended after 31 Dec 2025 (UTC)');
});

test('A verify tells when Kolena last came in.', async () => {
  const time = '2026-11-20T08:12:30Z';
  const trail = { last: { time, region: 'eu-west-1' }, unsearched: [] };
  const world = fakeWorld({ recorded: 'none', inputs: { command: 'verify' }, trail });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.outputs['kolena-last-seen']).toBe(time);
  expect(world.summaries.join('')).toContain('Kolena last assumed the role on 20 Nov 2026');
});

test('Terraform is looked for while the run signs in.', async () => {
  const { edges } = fakeWorld({ inputs: { command: 'plan' } });
  let looksFor: () => void = () => undefined;
  const lookedFor = new Promise<void>((resolve) => (looksFor = resolve));
  await run({
    ...edges,
    signIn: async (settings) => {
      await lookedFor;
      return edges.signIn(settings);
    },
    openTerraform: (...given) => {
      looksFor();
      return edges.openTerraform(...given);
    },
  });
}, 5000);

test('Terraform runs before the AWS SDK loads, and the SDK waits for no download of it.', async () => {
  const { edges, calls } = fakeWorld({ inputs: { command: 'plan' } });
  await run(edges);
  expect(calls.slice(0, 2)).toEqual(['terraform.init', 'aws.signIn']);
  let signsIn: () => void = () => undefined;
  const signedIn = new Promise<void>((resolve) => (signsIn = resolve));
  await run({
    ...edges,
    signIn: (settings) => {
      signsIn();
      return edges.signIn(settings);
    },
    openTerraform: async (...given) => {
      await signedIn;
      return edges.openTerraform(...given);
    },
  });
}, 5000);

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

test('A plan on a bucket whose policy denies Kolena is green, and its comment has the statement and the fix.', async () => {
  const guard = { unread: [], policy: denialOf({ Sid: 'OnlyTheTeam' }) };
  const world = fakeWorld({ event: pullRequestEvent, guard });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.comments[0]?.body).toMatch(/❌ failed:.*OnlyTheTeam.*Exempt the role/);
});

test('A plan without a right to read what surrounds a bucket is green, and notes the right and what is lost.', async () => {
  const world = fakeWorld({ event: pullRequestEvent, guard: { unread: ['s3:GetBucketPolicy'] } });
  expect(await failureIn(world)).toBeUndefined();
  expect(world.comments[0]?.body).toMatch(/Note:.*`s3:GetBucketPolicy` shows whether a bucket policy denies/);
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

test('All checks stand in a file, masked, whose path is an output.', async () => {
  const world = fakeWorld({ inputs: { command: 'apply' } });
  const runner = { ...world.edges.runner, masked: (text: string) => text.replaceAll('Kolena', '***') };
  expect(await failureIn({ ...world, edges: { ...world.edges, runner } })).toBeUndefined();
  const { 'checks-path': path = '', checks = [] } = world.outputs;
  const written = JSON.parse(world.files[path] ?? '') as Check[];
  expect(written.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
  expect(world.files[path]).not.toContain('Kolena');
});

test('A file of checks that cannot be written is a warning, and the run is what it was.', async () => {
  const world = fakeWorld({ inputs: { command: 'apply' } });
  const writeFile = () => {
    throw new Error('ENOSPC: no space left on device, write');
  };
  expect(await failureIn({ ...world, edges: { ...world.edges, writeFile } })).toBeUndefined();
  expect(world.outputs).not.toHaveProperty('checks-path');
  expect(world.warnings).toContainEqual(expect.stringContaining('ENOSPC'));
});

describe('a role that the config named before and that still trusts Kolena', () => {
  const names = { roleName: 'OldRole', policyName: 'Old', iamPath: '/', kolenaPrincipalArns: [] };
  const arn = 'arn:aws:iam::123456789012:policy/Theirs';
  const attachedPolicies = [{ name: 'Theirs', arn }];
  const role = { ...roleOf({ name: 'OldRole', attachedPolicies }) };

  test('is brought into the plan, without a backend', async () => {
    const policies = [policyOf({ name: 'Theirs', arn })];
    const world = fakeWorld({ former: [{ names, role, policies }] });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.calls).toContain('terraform.adopt');
    const kept = fakeWorld({ former: [{ names, role, policies }], inputs: { backend: 's3' } });
    expect(await failureIn(kept)).toBeUndefined();
    expect(kept.calls).not.toContain('terraform.adopt');
  });

  test('stops an apply before it writes while it holds a policy of others, which AWS does not delete', async () => {
    const inputs = { command: 'apply', 'allow-destroy': 'true' };
    const world = fakeWorld({ former: [{ names, role, policies: [] }], inputs });
    expect(await failureIn(world)).toMatchObject({
      reason: 'destroy-refused',
      remedy: expect.stringContaining(`--role-name OldRole --policy-arn ${arn}`) as string,
    });
    expect(writesIn(world)).toEqual([]);
    const check = fakeWorld({ former: [{ names, role, policies: [] }], inputs: { command: 'verify' } });
    expect(await failureIn(check)).not.toMatchObject({ reason: 'destroy-refused' });
  });
});

describe('report-path', () => {
  const path = '/evidence/report.html';

  test('keeps a page of the run with the people who approved it', async () => {
    const world = fakeWorld({ event: pullRequestEvent, inputs: { 'report-path': path } });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.files[path]).toContain('<td><code>reviewer</code>, commit <code>head-1</code></td>');
    expect(world.files[path]).toContain('share-with-kolena');
    expect(world.warnings).toEqual([]);
  });

  test('is relative to the working directory', async () => {
    const inputs = { 'report-path': 'kept/report.json', 'working-directory': '/project' };
    const world = fakeWorld({ event: pullRequestEvent, inputs });
    expect(await failureIn(world)).toBeUndefined();
    const json = JSON.parse(world.files['/project/kept/report.json'] ?? '') as object;
    expect(json).toMatchObject({ command: 'plan', versions: { terraform: '1.11.4', provider: '5.100.0' } });
  });

  test('tells of the pull request that brought an apply in, and what was read back', async () => {
    const inputs = { command: 'apply', 'report-path': path };
    const world = fakeWorld({ recorded: 'none', inputs });
    await failureIn(world);
    expect(world.files[path]).toContain('<td><code>maintainer</code></td>');
    expect(world.files[path]).toContain('Documents in AWS when it was verified');
    expect(world.calls.filter((call) => call === 'github.findMerged')).toHaveLength(1);
  });

  test('is kept of a run that failed, too', async () => {
    const inputs = { 'report-path': path };
    const world = fakeWorld({ inputs, failing: { 'aws.observe': new Error('no route') } });
    expect(await failureIn(world)).toMatchObject({ reason: 'plan-failed' });
    expect(world.files[path]).toContain('no route');
  });

  test.each<[string, Parameters<typeof fakeWorld>[0], string]>([
    ['without a token', { inputs: { 'github-token': '' } }, 'there is no GitHub token'],
    [
      'of a schedule',
      { event: { kind: 'schedule', apiUrl: '' } },
      'this run does not belong to a pull request',
    ],
    [
      'where GitHub refuses',
      { event: pullRequestEvent, failing: { 'github.review': new Error('Not Found') } },
      'GitHub could not be asked: Not Found',
    ],
  ])('says why nobody is named: %s', async (_, props, why) => {
    const world = fakeWorld({ ...props, inputs: { ...props?.inputs, 'report-path': path } });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.files[path]).toContain(`not known: ${why}`);
  });

  test('is one warning where it cannot be written, and no failure', async () => {
    const inputs = { 'report-path': path };
    const world = fakeWorld({ event: pullRequestEvent, inputs, unwritable: path });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.warnings).toEqual([
      expect.stringMatching(/report-path.*EACCES.*The run itself is not affected/),
    ]);
    expect(world.comments).toHaveLength(1);
  });
});

describe('drift', () => {
  const schedule: EventContext = { kind: 'schedule', apiUrl: '', branch: 'main', commit: 'commit-1' };
  const drifts = { 'drift-issue': 'true', 'fail-on-changes': 'true' };
  const mergedAt = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  /** A pull request that was merged this many days ago, and planned the day before. */
  const merged = async (days: number) => {
    const shown = { ...(await shownBy('create')), plannedAt: mergedAt(days + 1) };
    return [{ commit: 'commit-1', pullRequest: { ...pullRequest, mergedAt: mergedAt(days) }, shown }];
  };

  test('fails the run, and the issue says which side moved', async () => {
    const world = fakeWorld({ event: schedule, inputs: drifts });
    expect(await failureIn(world)).toMatchObject({ reason: 'plan-changed' });
    expect(world.issues).toMatchObject([
      { key: 'default', body: expect.stringContaining('**AWS changed since the last apply.**') as string },
    ]);
    expect(world.issues[0]?.body).toContain('was changed.');
    expect(world.summaries[0]).toContain('**AWS changed since the last apply.**');
    expect(world.verdicts.at(-1)).toContain(issueUrl);
  });

  test('without fail-on-changes it opens the issue, and the run is green', async () => {
    const world = fakeWorld({ event: schedule, inputs: { 'drift-issue': 'true' } });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.issues).toMatchObject([{ body: expect.any(String) as string }]);
  });

  test('nothing changed: the issue is closed', async () => {
    const world = fakeWorld({ recorded: 'none', event: schedule, inputs: drifts });
    expect(await failureIn(world)).toBeUndefined();
    expect(world.issues).toHaveLength(1);
    expect(world.issues[0]).not.toHaveProperty('body');
    expect(world.calls).not.toContain('github.findMerges');
  });

  test('a former role that this run is not allowed to read keeps the issue open, which is told; it opens none', async () => {
    const names = { roleName: 'Former', policyName: 'Old', iamPath: '/', kolenaPrincipalArns: [] };
    const former = [{ names, policies: [], denied: 'not authorized to perform: iam:GetRole' }];
    const clean = fakeWorld({ recorded: 'none', event: schedule, inputs: drifts, former });
    expect(await failureIn(clean)).toBeUndefined();
    expect(clean.issues).toEqual([]);
    expect(clean.warnings).toEqual([
      expect.stringMatching(/stays open: .*not allowed to read role Former.*iam:GetRole\)\.\nNext step: /),
    ]);
    const drifted = fakeWorld({ event: schedule, inputs: drifts, former });
    await failureIn(drifted);
    expect(drifted.issues).toMatchObject([{ body: expect.any(String) as string }]);
  });

  test('what was approved waits for its apply for 7 days, fails nothing and opens nothing', async () => {
    const waiting = fakeWorld({ event: schedule, inputs: drifts, merges: await merged(6.9) });
    expect(await failureIn(waiting)).toBeUndefined();
    expect(waiting.issues[0]).not.toHaveProperty('body');
    expect(waiting.summaries[0]).toContain('**Waiting for apply.**');
    expect(waiting.outputs['has-changes']).toBe(true);
    const late = fakeWorld({ event: schedule, inputs: drifts, merges: await merged(7.1) });
    expect(await failureIn(late)).toMatchObject({ reason: 'plan-changed' });
    expect(late.issues[0]?.body).toContain('**The config changed, and was not applied.**');
  });

  test('without a backend an import is not told as drift', async () => {
    const world = fakeWorld({ recorded: 'change', event: schedule, inputs: drifts });
    await failureIn(world);
    expect(world.issues[0]?.body).toContain('**AWS changed since the last apply.**');
    expect(world.issues[0]?.body).not.toContain("in Terraform's state");
  });

  test.each<[string, Parameters<typeof fakeWorld>[0]]>([
    ['AWS cannot be looked at', { failing: { 'aws.observe': new Error('no route') } }],
    ['Terraform fails', { failing: { 'terraform.plan': new Error('no plan') } }],
    ['GitHub does not tell what was merged', { failing: { 'github.findMerges': new Error('Not Found') } }],
    [
      'the branch is of somebody alone',
      { event: { ...schedule, kind: 'workflow_dispatch', branch: 'mine' }, isApproving: false },
    ],
  ])('opens and closes nothing where %s', async (_, props) => {
    const world = fakeWorld({ event: schedule, inputs: drifts, ...props });
    expect(await failureIn(world)).toBeDefined();
    expect(world.issues).toEqual([]);
  });

  test.each<[string, Parameters<typeof fakeWorld>[0]]>([
    ['a pull request', { event: pullRequestEvent }],
    ['a push', { event: push }],
    ['a removal for review', { event: schedule, inputs: { ...drifts, destroy: 'true' } }],
    ['an apply', { event: schedule, inputs: { ...drifts, command: 'apply' } }],
  ])('is not looked for in %s', async (_, props) => {
    const world = fakeWorld({ inputs: drifts, ...props });
    await failureIn(world);
    expect(world.issues).toEqual([]);
  });

  test('a refused issue is a warning, and hides no drift', async () => {
    const issueSaved = { warning: 'GitHub refused with 410' };
    const world = fakeWorld({ event: schedule, inputs: drifts, issueSaved });
    expect(await failureIn(world)).toMatchObject({ reason: 'plan-changed' });
    expect(world.warnings).toContain('GitHub refused with 410');
    expect(world.outputs['failure-reason']).toBe('plan-changed');
  });

  test('a person who asks on the branch gets the same answer', async () => {
    const event: EventContext = { ...schedule, kind: 'workflow_dispatch', isAnew: true };
    const world = fakeWorld({ event, inputs: drifts });
    expect(await failureIn(world)).toMatchObject({ reason: 'plan-changed' });
    expect(world.issues).toHaveLength(1);
  });
});
