import type { Check } from './check.ts';
import type { Expectations } from './expectations.ts';
import type { Attempt, SimulationAnswer } from './observations.ts';
import { isAsExpected } from './simulation-standing.ts';
import { simulationQuestions } from './simulation.ts';

interface Simulation {
  readonly answers: Attempt<readonly SimulationAnswer[]>;
  /** Whether the planned documents were asked about, or the role as it stands. */
  readonly of: 'planned' | 'role';
}

/** What IAM's simulator says of the role or of the planned documents: one check per promise, or one that says why not. */
export function judgeSimulation(expectations: Expectations, { answers, of }: Simulation): Check[] {
  if (answers.outcome !== 'ok') return [unprovable(answers, of)];
  const ids = [...new Set(simulationQuestions(expectations).map(({ checkId }) => checkId))];
  return ids.map((id) =>
    judgeOne(
      id,
      answers.value.filter(({ question }) => question.checkId === id),
      of,
    ),
  );
}

function judgeOne(id: string, answers: readonly SimulationAnswer[], of: Simulation['of']): Check {
  const title = titleOf(id, of);
  const wrong = answers.filter((answer) => !isAsExpected(answer));
  const shown = answers.map(({ question, decision }) => `${question.action}: ${decision}`).join(', ');
  if (answers.length === 0)
    return { id, title, status: 'unprovable', evidence: "IAM's simulator did not answer for it." };
  if (wrong.length === 0) return { id, title, status: 'pass', evidence: `IAM's simulator says ${shown}.` };
  const details = wrong.map(describe).join(' ');
  const tooMuch = wrong.some(({ decision }) => decision === 'allowed');
  return { id, title, status: 'fail', evidence: details, remedy: remedyFor(wrong, tooMuch) };
}

function describe({ question, decision, decidedBy, guard }: SimulationAnswer): string {
  const by = decidedBy.length === 0 ? '' : ` by ${decidedBy.join(', ')}`;
  const above = guard === undefined ? '' : `: ${guards[guard]} does not allow it`;
  return `IAM's simulator says ${decision}${by} for ${question.action} on ${question.resource}${above}.`;
}

const guards = {
  organization: 'a policy of the organization (SCP)',
  'permissions-boundary': "the role's permissions boundary",
} as const;

function remedyFor(wrong: readonly SimulationAnswer[], tooMuch: boolean): string {
  const policies = [...new Set(wrong.flatMap(({ decidedBy }) => decidedBy))].join(', ');
  if (tooMuch)
    return `Detach ${policies || 'the policy that grants it'} from the role, or run \`command: apply\` where it is ours.`;
  const guard = wrong.find((answer) => answer.guard !== undefined)?.guard;
  if (guard !== undefined) return `Have it allowed there: ${guards[guard]}.`;
  return policies
    ? `Take the Deny out of ${policies}.`
    : 'Run `command: apply`, which writes and attaches the policies.';
}

function titleOf(id: string, of: Simulation['of']): string {
  const [kind = '', subject = ''] = id.split(/:(.*)/s);
  const who = of === 'planned' ? 'The planned policies' : 'The policies of the role';
  switch (kind) {
    case 'grants':
      return `${who} grant listing and reading s3://${subject}.`;
    case 'denies-write':
      return `${who} do not grant writing to s3://${subject}.`;
    case 'denies-delete':
      return `${who} do not grant deleting from s3://${subject}.`;
    case 'denies-outside-prefix':
      return `${who} grant nothing of s3://${subject} outside of the configured prefixes.`;
    default:
      return `${who} grant no other bucket.`;
  }
}

function unprovable(answers: Exclude<Attempt<unknown>, { outcome: 'ok' }>, of: Simulation['of']): Check {
  const action = of === 'planned' ? 'iam:SimulateCustomPolicy' : 'iam:SimulatePrincipalPolicy';
  const why =
    answers.outcome === 'skipped' ? answers.why : `${answers.refusal.code}: ${answers.refusal.message}`;
  return {
    id: 'simulation',
    title: `IAM's simulator tells what ${of === 'planned' ? 'the planned policies' : 'the policies of the role'} allow and deny.`,
    status: 'unprovable',
    evidence: `It could not be asked. ${why}`,
    remedy:
      answers.outcome === 'skipped'
        ? (answers.remedy ?? '')
        : `Allow ${action} to the role that this run uses.`,
  };
}
