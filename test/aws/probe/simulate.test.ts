import type { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';

import { awsClients } from '../../../src/aws/clients.ts';
import type { RoleAndPolicies } from '../../../src/aws/observe/observe-role.ts';
import { probeSimulation } from '../../../src/aws/probe/simulate.ts';
import type { Probe } from '../../../src/aws/probe/probe-context.ts';
import type { SimulationQuestion } from '../../../src/verify/observations.ts';
import { simulationQuestions } from '../../../src/verify/simulation.ts';
import { judgeSimulation } from '../../../src/verify/judge-simulation.ts';
import { callerArn, expectations, observations } from '../../verify/good.ts';
import { logTo } from '../../support/log.ts';

type Decision = 'allowed' | 'implicitDeny' | 'explicitDeny';
type Decide = (question: Pick<SimulationQuestion, 'action' | 'resource'>) => Decision;

const right: Decide = ({ action, resource }) =>
  simulationQuestions(expectations).find((one) => one.action === action && one.resource === resource)
    ?.check === 'grants'
    ? 'allowed'
    : 'implicitDeny';
const nothing: Decide = () => 'implicitDeny';
const everything: Decide = () => 'allowed';
const denies: Decide = (question) => (right(question) === 'allowed' ? 'explicitDeny' : 'implicitDeny');

/** A simulator that answers each round of questions by the next of `rounds`, and by the last one for good. */
function simulator(rounds: readonly Decide[]): IAMClient & { readonly rounds: () => number } {
  const times = new Map<string, number>();
  const client = Object.create(IAMClient.prototype) as IAMClient & { rounds: () => number };
  return Object.assign(client, {
    rounds: () => Math.max(...times.values()),
    send: ({ input }: SimulatePrincipalPolicyCommand) => {
      const action = input.ActionNames?.[0] ?? '';
      const asked = times.get(action) ?? 0;
      times.set(action, asked + 1);
      const decide = rounds[Math.min(asked, rounds.length - 1)] ?? right;
      const EvaluationResults = (input.ResourceArns ?? []).map((resource) => ({
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decide({ action, resource }),
      }));
      return Promise.resolve({ EvaluationResults });
    },
  });
}

const { role, policies } = observations;
if (role === undefined) throw new Error('the good observations have a role');
const good: RoleAndPolicies = { role, policies };

async function probe(rounds: readonly Decide[], live: RoleAndPolicies = good) {
  const iam = simulator(rounds);
  const env = {};
  const credentials = () => Promise.reject(new Error('nothing is signed'));
  const clients = { ...awsClients({ region: 'us-east-1', env, credentials }), iam };
  let now = 0;
  const clock = {
    now: () => now,
    sleep: (milliseconds: number) => Promise.resolve(void (now += milliseconds)),
  };
  const log = logTo();
  const context: Probe = {
    ...{ clients, expectations, callerArn, live, clock, log },
    caller: { accountId: '111122223333', partition: 'aws', arn: callerArn },
    observed: { buckets: {}, policies: [] },
    options: { mode: 'assume', afterApply: false, timeoutSeconds: 120 },
    sessionClients: () => clients,
    deadline: 120_000,
    abort: new AbortController().signal,
    end: () => undefined,
    readBack: () => Promise.resolve(live),
  };
  const checks = judgeSimulation(expectations, { answers: await probeSimulation(context), of: 'role' });
  return {
    failed: checks.filter(({ status }) => status !== 'pass').map(({ id }) => id),
    waited: now / 1000,
    rounds: iam.rounds(),
  };
}

describe('probeSimulation', () => {
  test('asks once when all is as it should be', async () => {
    expect(await probe([right])).toEqual({ failed: [], waited: 0, rounds: 1 });
  });

  test('asks again while it denies what the policies read back grant', async () => {
    expect(await probe([nothing, nothing, right])).toEqual({ failed: [], waited: 1 + 2, rounds: 3 });
  });

  test('asks again while it allows what no policy read back grants', async () => {
    expect(await probe([everything, right])).toEqual({ failed: [], waited: 1, rounds: 2 });
  });

  test('gives up when the time is over', async () => {
    const { failed, waited } = await probe([nothing]);
    expect(failed).toEqual(['grants:pictures']);
    expect(waited).toBe(120);
  });

  test.each<[string, Decide, RoleAndPolicies]>([
    ['a policy that is not attached', nothing, { role, policies: policies.map(detached) }],
    ['an explicit deny', denies, good],
    [
      'an explicit deny beside what may yet spread',
      (question) => (question.action === 's3:PutObject' ? 'allowed' : denies(question)),
      good,
    ],
    [
      'another policy that may allow it',
      everything,
      { role: { ...role, inlinePolicyNames: ['theirs'] }, policies },
    ],
    [
      'another attached policy',
      everything,
      {
        role: {
          ...role,
          attachedPolicies: [
            ...role.attachedPolicies,
            { name: 'Admin', arn: 'arn:aws:iam::aws:policy/Admin' },
          ],
        },
        policies,
      },
    ],
  ])('does not wait for %s, which no waiting mends', async (_, decide, live) => {
    const { failed, waited } = await probe([decide, right], live);
    expect(failed).not.toEqual([]);
    expect(waited).toBe(0);
  });
});

function detached(policy: (typeof policies)[number]) {
  return { ...policy, attached: false };
}
