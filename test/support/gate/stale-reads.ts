import type { Propagation } from './faults.ts';
import type { MotoAnswer } from './moto-call.ts';
import type { AwsRequest } from './request.ts';

/** GetRole while a change spreads: for a time it answers what it answered before. */
export interface StaleReads {
  propagate(propagation: Pick<Propagation, 'readMs'>): void;
  /** The answer to a call of IAM, which is `ask`'s unless it is a GetRole that a change has not reached yet. */
  answerTo(request: AwsRequest, accountId: string, ask: () => Promise<MotoAnswer>): Promise<MotoAnswer>;
}

/** Every reading is of now. */
export function openStaleReads(): StaleReads {
  const last = new Map<string, MotoAnswer>();
  const stale = new Map<string, { readonly answer: MotoAnswer; readonly until: number }>();
  let lag = 0;
  return {
    propagate({ readMs = 0 }) {
      lag = readMs;
      stale.clear();
    },
    async answerTo({ form }, accountId, ask) {
      const role = `${accountId}/${form.get('RoleName')?.toLowerCase() ?? ''}`;
      const operation = form.get('Action') ?? '';
      const before = stale.get(role);
      if (operation === 'GetRole' && before !== undefined && Date.now() < before.until) return before.answer;
      const answer = await ask();
      if (operation === 'GetRole') last.set(role, answer);
      const known = last.get(role);
      if (known !== undefined && lag > 0 && /^(?:Create|Update|Delete)/.test(operation))
        stale.set(role, { answer: known, until: Date.now() + lag });
      return answer;
    },
  };
}
