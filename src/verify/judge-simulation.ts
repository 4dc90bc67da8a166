import { explicitDenyRemedy } from '../problem/denial.ts';
import { groupBy } from '../base/group-by.ts';
import { about, type Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import type { Attempt, SimulationAnswer, SimulationQuestion } from './observations.ts';
import { isAsExpected, simulationQuestions } from './simulation.ts';

interface Simulation {
  readonly answers: Attempt<readonly SimulationAnswer[]>;
  /** Whether the planned documents were asked about, or the role as it stands. */
  readonly of: 'planned' | 'role';
  /** Names of the locations that were really listed and read. @default none */
  readonly read?: ReadonlySet<string>;
}

/** What IAM's simulator says of the role or of the planned documents: one check per promise, or one that says why not. */
export function judgeSimulation(expectations: Expectations, simulation: Simulation): Check[] {
  const { answers } = simulation;
  if (answers.outcome !== 'ok') return [notAsked(answers, simulation.of)];
  const asked = groupBy(simulationQuestions(expectations), idOfCheck);
  const answered = groupBy(answers.value, ({ question }) => idOfCheck(question));
  return [...asked].map(([id, questions]) => judgeOne(questions, answered.get(id) ?? [], simulation));
}

function idOfCheck({ check, where }: SimulationQuestion): string {
  return about(check, { who: '', where }).id;
}

function judgeOne(
  questions: readonly SimulationQuestion[],
  answers: readonly SimulationAnswer[],
  { of, read }: Simulation,
): Check {
  const { check, where } = questions[0] as SimulationQuestion;
  const verdict = about(check, { where, who: `The ${policies[of]}` });
  const wrong = answers.filter((answer) => !isAsExpected(answer));
  const shown = answers.map(({ question, decision }) => `${question.action}: ${decision}`).join(', ');
  if (wrong.length === 0 && answers.length < questions.length)
    return verdict.unprovable("IAM's simulator did not answer for all of it.");
  if (wrong.length === 0) return verdict.pass(`IAM's simulator says ${shown}.`);
  const missing = [...new Set(wrong.flatMap(({ missingContext = [] }) => missingContext))];
  if (wrong.every(({ missingContext = [] }) => missingContext.length > 0))
    return verdict.unprovable(
      `IAM's simulator says ${shown}, but some policy looks at ${missing.join(', ')}, which this run does not know of Kolena's calls.`,
    );
  if (check === 'grants' && read?.has(where) === true)
    return verdict.unprovable(`IAM's simulator says ${shown}, but the role really listed and read it.`);
  return verdict.fail(wrong.map(describe).join(' '), remedyFor(wrong));
}

const policies = { planned: 'planned policies', role: 'policies of the role' } as const;

function describe({ question, decision, decidedBy, guard }: SimulationAnswer): string {
  const by = decidedBy.length === 0 ? '' : ` by ${decidedBy.join(', ')}`;
  const above = guard === undefined ? '' : `: ${guards[guard]} does not allow it`;
  return `IAM's simulator says ${decision}${by} for ${question.action} on ${question.resource}${above}.`;
}

const guards = {
  organization: 'a policy of the organization (SCP)',
  'permissions-boundary': "the role's permissions boundary",
} as const;

function remedyFor(wrong: readonly SimulationAnswer[]): string {
  const deciding = [...new Set(wrong.flatMap(({ decidedBy }) => decidedBy))].join(', ');
  if (wrong.some(({ decision }) => decision === 'allowed'))
    return `Detach ${deciding || 'the policy that grants it'} from the role, or run \`command: apply\` where the config made it.`;
  const [guard] = wrong.flatMap((answer) => answer.guard ?? []);
  if (guard !== undefined) return `Have it allowed there: ${guards[guard]}.`;
  return deciding
    ? `Take the Deny out of ${deciding}.`
    : 'Run `command: apply`, which writes and attaches the policies.';
}

function notAsked(answers: Exclude<Attempt<unknown>, { outcome: 'ok' }>, of: Simulation['of']): Check {
  const verdict = about('simulation', { policies: `the ${policies[of]}` });
  if (answers.outcome === 'skipped') return verdict.unprovable(answers.message);
  const { code, message } = answers.refusal;
  const action = of === 'planned' ? 'iam:SimulateCustomPolicy' : 'iam:SimulatePrincipalPolicy';
  const allow = `Allow ${action} to the role that this run uses.`;
  return verdict.unprovable(`${code}: ${message}`, explicitDenyRemedy(message) ?? allow);
}
