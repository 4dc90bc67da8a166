import { expect, test } from 'vitest';
import { formerConfigs } from '../../src/action/former-configs.ts';
import type { RunContext } from '../../src/action/run-context.ts';
import { parseAccessConfig } from '../../src/config/parse.ts';
import type { EventContext } from '../../src/github/event.ts';
import { principalArn } from '../config/configs.ts';

const configOf = (names: object) =>
  parseAccessConfig({ buckets: ['photos'], 'kolena-principal-arn': principalArn, ...names });
const push: EventContext = { kind: 'push', apiUrl: '', branch: 'main', commit: 'c9' };

/**
 * A run whose config names NewRole, with these versions of it in the history, newest first; `pulls` brought them in, as far
 * as GitHub knows.
 */
async function namedBefore(
  versions: readonly (object | Error)[],
  over: Partial<RunContext> = {},
  pulls: readonly (number | Error | undefined)[] = [],
) {
  const asked: string[] = [];
  const askedPulls: string[] = [];
  const told: string[] = [];
  const run = {
    config: configOf({ 'role-name': 'NewRole' }),
    configFiles: ['kolena-s3.yml'],
    event: push,
    settings: {},
    edges: { runner: { info: (line: string) => told.push(line) } },
    report: { note: (line: string) => told.push(line) },
    rolesBeside: () => new Map(),
    parseConfig: async (read: (path: string) => Promise<string>) =>
      configOf(JSON.parse(await read('kolena-s3.yml')) as object),
    pullRequests: {
      stepsOf: ({ sha }: { sha: string }) => {
        asked.push(sha);
        return Promise.resolve(versions.map((_, at) => ({ commit: String(at), time: '' })));
      },
      fileAt: ({ commit }: { commit: string }) => {
        const version = versions[Number(commit)];
        return version instanceof Error ? Promise.reject(version) : Promise.resolve(JSON.stringify(version));
      },
      pullOf: (commit: string, branch: string) => {
        askedPulls.push(`${commit} on ${branch}`);
        const pull = pulls[Number(commit)];
        return pull instanceof Error ? Promise.reject(pull) : Promise.resolve(pull);
      },
    },
    ...over,
  } as unknown as RunContext;
  const found = await formerConfigs(run);
  return {
    names: found.map(({ roleName, policyName }) => `${roleName} ${policyName}`),
    principals: found.map((names) => names.kolenaPrincipalArns),
    asked,
    askedPulls,
    told,
  };
}

const now = { 'role-name': 'NewRole' };
const before = { 'role-name': 'OldRole' };

test('every other name of the last five versions is a former one, and is told once', async () => {
  const renamed = [now, { ...now, 'policy-name': 'OldPolicy' }, before, before, { 'role-name': 'Older' }, {}];
  expect(await namedBefore(renamed)).toMatchObject({
    names: ['NewRole OldPolicy', 'OldRole KolenaS3ReadAccess', 'Older KolenaS3ReadAccess'],
    asked: ['c9'],
  });
});

test('each former name comes with every principal that the config named, whatever names it had then, today first', async () => {
  const [one, two] = ['arn:aws:iam::444455556666:role/one', 'arn:aws:iam::444455556666:role/two'];
  const versions = [
    { ...now, 'kolena-principal-arn': two },
    { ...before, 'kolena-principal-arn': two },
    { ...before, 'kolena-principal-arn': one },
    { 'role-name': 'Older' },
  ];
  const config = configOf({ ...now, 'kolena-principal-arn': two });
  const { names, principals } = await namedBefore(versions, { config });
  expect(names).toEqual(['OldRole KolenaS3ReadAccess', 'Older KolenaS3ReadAccess']);
  const all = [two, one, principalArn];
  expect(principals).toEqual([all, all]);
  // Never applied, perhaps, but trusted all the same.
  expect((await namedBefore(versions, { config }, [3, 3, 2, 1])).principals).toEqual([all, all]);
});

test('names differ from others by more than case, and a version that was not valid named nothing', async () => {
  const versions = [
    now,
    { 'role-name': 'NEWROLE' },
    { 'role-name': 'not valid' },
    new Error('GitHub failed'),
  ];
  expect((await namedBefore(versions)).names).toEqual([]);
});

test('a role that another config names now is not a former one, which is told; a former policy of this role is', async () => {
  const beside = {
    rolesBeside: () =>
      new Map([
        ['oldrole', 'eu.yml'],
        ['newrole', 'us.yml'],
      ]),
  };
  const found = await namedBefore([now, before, { ...now, 'policy-name': 'OldPolicy' }], beside);
  expect(found.names).toEqual(['NewRole OldPolicy']);
  expect(found.told).toEqual([expect.stringMatching(/^Role OldRole.*eu\.yml names it now/)]);
});

test('a name that a pull request gave and took back was never applied', async () => {
  const [tried, other] = [{ 'role-name': 'Tried' }, { ...now, buckets: ['photos', 'sounds'] }];
  expect(await namedBefore([now, tried, before], {}, [8, 8, 7])).toMatchObject({
    names: ['OldRole KolenaS3ReadAccess'],
    askedPulls: ['0 on main', '1 on main', '2 on main'],
  });
  // Commits of two pull requests may stand between one another.
  expect((await namedBefore([now, other, tried, before], {}, [9, 8, 9, 7])).names).toHaveLength(1);
  const unknown = await namedBefore([now, tried, before], {}, [8, undefined, undefined]);
  expect(unknown.names).toEqual(['Tried KolenaS3ReadAccess', 'OldRole KolenaS3ReadAccess']);
  const failing = await namedBefore([now, tried, before], {}, [8, new Error('503'), 8]);
  expect(failing).toMatchObject({ names: ['Tried KolenaS3ReadAccess'], told: [] });
});

test('nobody is asked for pull requests while the names stay, or where each commit of one may have been applied', async () => {
  expect((await namedBefore([now, { ...now, buckets: ['sounds'] }], {}, [8, 8, 8])).askedPulls).toEqual([]);
  const settings = { 'apply-on-pull-request': true } as RunContext['settings'];
  const found = await namedBefore([now, before], { settings }, [8, 8]);
  expect(found).toMatchObject({ names: ['OldRole KolenaS3ReadAccess'], askedPulls: [] });
});

test('an open pull request is compared with its base branch, and a merge with its own history', async () => {
  const pullRequest = { number: 7, head: 'head-1', merged: false };
  const open = { ...push, kind: 'pull_request', commit: 'head-1', pullRequest } as const;
  expect(await namedBefore([before], { event: open })).toMatchObject({
    asked: ['main'],
    names: ['OldRole KolenaS3ReadAccess'],
  });
  const merged = { ...open, commit: 'merge-1', pullRequest: { ...pullRequest, merged: true } };
  expect(await namedBefore([before], { event: merged })).toMatchObject({ asked: ['merge-1'] });
});

test('without GitHub, a commit or a config file nothing is known, and a refusal of GitHub is told', async () => {
  for (const over of [
    { pullRequests: undefined },
    { event: { ...push, commit: undefined } },
    { configFiles: [] },
  ])
    expect((await namedBefore([before], over as Partial<RunContext>)).names).toEqual([]);
  const stepsOf = () => Promise.reject(new Error('Resource not accessible by integration'));
  const refused = await namedBefore([before], { pullRequests: { stepsOf } as never });
  expect(refused).toMatchObject({ names: [], told: [expect.stringContaining('not accessible')] });
});
