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
  const made = { action: 'create', imported: false } as const;
  const { attachment, policy: policyKind, cors: corsKind, role: roleKind } = resourceKinds;
  return [
    ...(role === undefined
      ? []
      : [
          {
            ...made,
            address: roleAddress,
            type: roleKind.type,
            after: {
              name: role.name,
              path: role.path,
              description: role.description,
              assume_role_policy: JSON.stringify(role.trustPolicy),
              max_session_duration: role.maxSessionDuration,
              permissions_boundary: role.permissionsBoundaryArn,
              tags,
            },
          },
        ]),
    ...policies.flatMap((policy) => {
      const { name, path, description, document } = policy;
      const [address = '', attached = ''] = policyAddresses(policy);
      const after = { name, path, description, policy: JSON.stringify(document), tags };
      return [
        { ...made, address, type: policyKind.type, after },
        { ...made, address: attached, type: attachment.type, after: {} },
      ];
    }),
    ...cors.map(({ bucket, rules }) => ({
      ...made,
      address: corsAddress(bucket),
      type: corsKind.type,
      after: { bucket, cors_rule: terraformRules(rules) },
    })),
  ];
}
