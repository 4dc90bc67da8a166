import type { DesiredAccess } from '../access/desired-access.ts';
import { nothingObserved } from '../access/observed.ts';
import type { ResourceChange } from './changes.ts';
import { terraformRules } from './cors-writes.ts';
import type { Fact } from './fact.ts';
import { factsOf } from './facts.ts';
import { corsAddress, policyAddresses, resourceKinds, roleAddress } from './resources.ts';

/** Whether a config, decided with nothing observed, contradicts a fact: it does not say what comes, or says what goes. */
export function contradictionOf(desired: DesiredAccess, replacesOthers: boolean): (fact: Fact) => boolean {
  const plan = { changes: creationOf(desired) };
  const said = factsOf({ plan, desired, observed: nothingObserved });
  const keys = new Set(said.map(({ key }) => key.slice(1)));
  const kinds = new Set(said.map(({ kind }) => kind));
  return ({ change, key, kind, whose }) => {
    if (change === 'goes') return keys.has(key.slice(1)) || (whose === 'others' && !replacesOthers);
    // Of a kind of which it says nothing a config contradicts nothing, tags for example.
    return kinds.has(kind) && !keys.has(key.slice(1));
  };
}

function creationOf({ role, policies, cors, tags }: DesiredAccess): ResourceChange[] {
  const made = (kind: keyof typeof resourceKinds, address: string, after: ResourceChange['after'] = {}) =>
    ({ action: 'create', imported: false, type: resourceKinds[kind].type, address, after }) as const;
  const ofRole = role && {
    name: role.name,
    path: role.path,
    description: role.description,
    assume_role_policy: JSON.stringify(role.trustPolicy),
    max_session_duration: role.maxSessionDuration,
    permissions_boundary: role.permissionsBoundaryArn,
    tags,
  };
  return [
    ...(ofRole === undefined ? [] : [made('role', roleAddress, ofRole)]),
    ...policies.flatMap(({ number, name, path, description, document }) => {
      const [address = '', attached = ''] = policyAddresses({ number });
      const after = { name, path, description, policy: JSON.stringify(document), tags };
      return [made('policy', address, after), made('attachment', attached)];
    }),
    ...cors.map(({ bucket, rules }) =>
      made('cors', corsAddress(bucket), { bucket, cors_rule: terraformRules(rules) }),
    ),
  ];
}
