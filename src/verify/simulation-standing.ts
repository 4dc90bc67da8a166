import type { ObservedPolicy, ObservedRole } from '../access/observed.ts';
import { evaluatePolicies } from '../iam/evaluate-policy.ts';
import type { SimulationAnswer } from './observations.ts';

/** The role and its policies, read back. */
interface Standing {
  readonly role?: ObservedRole;
  readonly policies: readonly ObservedPolicy[];
}

/** Whether an answer is as it should be. */
export function isAsExpected({ question, decision }: SimulationAnswer): boolean {
  return (question.expected === 'allowed') === (decision === 'allowed');
}

/**
 * Whether a wrong answer of the simulator contradicts the policies read back, so that it may be the answer of what stood
 * before the last change.
 */
export function mayStillChange(answer: SimulationAnswer, { role, policies }: Standing): boolean {
  const { question, decision, guard } = answer;
  if (guard !== undefined || decision === 'explicitDeny') return false;
  const attached = policies.filter((policy) => policy.attached);
  const documents = attached.map(({ document }) => document);
  const grants = evaluatePolicies(documents, question).decision === 'allowed';
  if (question.expected === 'allowed') return grants;
  // Of policies that are not ours nothing is known here: they may well allow it.
  const oursAlone = role?.inlinePolicyNames.length === 0 && role.attachedPolicies.length === attached.length;
  return oursAlone && !grants;
}
