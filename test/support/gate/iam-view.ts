import type { PolicyDocument } from '../../../src/iam/policy-document.ts';
import { readAccountState, type AccountState, type IamEntity } from './account-state.ts';
import type { Propagation } from './faults.ts';
import type { Identity } from './identities.ts';
import type { MotoClients } from './moto-clients.ts';

/** IAM as its callers see it: with the delay by which a change spreads. */
export interface IamView {
  state(accountId: string): Promise<AccountState>;
  /** The trust policy that AssumeRole meets now; absent when there is no such role, or not yet. */
  trustPolicy(accountId: string, roleName: string): Promise<PolicyDocument | undefined>;
  /** What decides about the calls of this identity now. */
  entity(identity: Identity): Promise<IamEntity | undefined>;
  /** Runs a call that changes IAM. */
  change<Answer>(accountId: string, roleName: string | null, call: () => Promise<Answer>): Promise<Answer>;
  propagate(propagation: Propagation): void;
}

/** What an account was before a change, as long as that is still seen. */
interface Stale<Value> {
  readonly value: Value;
  readonly until: number;
  calls: number;
}

/** A view of moto's IAM. */
export function openIamView(moto: MotoClients): IamView {
  const states = new Map<string, Promise<AccountState>>();
  const staleTrust = new Map<string, Stale<PolicyDocument | undefined>>();
  const staleAccount = new Map<string, Stale<AccountState>>();
  let propagation: Propagation = {};

  const state = (accountId: string) => {
    const known = states.get(accountId) ?? readAccountState(moto.iam(accountId), accountId);
    states.set(accountId, known);
    return known;
  };
  const trust = async (accountId: string, roleName: string) => {
    const role = (await state(accountId)).roles.get(roleName.toLowerCase());
    // In an ARN the name is told apart by case.
    return role?.name === roleName ? role.trustPolicy : undefined;
  };

  return {
    state,
    async trustPolicy(accountId, roleName) {
      const current = await trust(accountId, roleName);
      const stale = staleTrust.get(`${accountId}/${roleName.toLowerCase()}`);
      return stale !== undefined && differ(stale.value, current) && isSeen(stale) ? stale.value : current;
    },
    async entity(identity) {
      const current = entityOf(await state(identity.accountId), identity);
      const stale = staleAccount.get(identity.accountId);
      const before = stale && entityOf(stale.value, identity);
      return stale !== undefined && differ(before, current) && isSeen(stale) ? before : current;
    },
    async change(accountId, roleName, call) {
      const before = await state(accountId);
      const answer = await call();
      states.delete(accountId);
      const { trustMs = 0, trustCalls = 0, permissionMs = 0, permissionCalls = 0 } = propagation;
      if (roleName !== null && trustMs + trustCalls > 0) {
        const key = `${accountId}/${roleName.toLowerCase()}`;
        const was = before.roles.get(roleName.toLowerCase())?.trustPolicy;
        if (differ(was, await trust(accountId, roleName))) {
          staleTrust.set(key, { value: was, until: Date.now() + trustMs, calls: trustCalls });
        }
      }
      if (permissionMs + permissionCalls > 0) {
        const seen = staleAccount.get(accountId);
        const value = seen !== undefined && (seen.calls > 0 || Date.now() < seen.until) ? seen.value : before;
        staleAccount.set(accountId, { value, until: Date.now() + permissionMs, calls: permissionCalls });
      }
      return answer;
    },
    propagate(next) {
      propagation = next;
      staleTrust.clear();
      staleAccount.clear();
    },
  };
}

function isSeen(stale: Stale<unknown>): boolean {
  if (Date.now() < stale.until) return true;
  stale.calls -= 1;
  return stale.calls >= 0;
}

function entityOf(state: AccountState, { identityArn }: Identity): IamEntity | undefined {
  const name = identityArn.split('/').at(-1)?.toLowerCase() ?? '';
  return identityArn.includes(':user/') ? state.users.get(name) : state.roles.get(name);
}

function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
