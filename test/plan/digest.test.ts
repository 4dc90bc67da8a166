import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorsRemoval } from '../../src/access/desired-access.ts';
import { planDigest } from '../../src/plan/digest.ts';
import { readChanges } from '../../src/plan/changes.ts';
import { factOf, type Fact } from '../../src/plan/fact.ts';

type Json = Record<string, unknown>;
interface Plan extends Json {
  resource_changes: { address: string; change: { actions: string[]; after: Json; importing?: Json } }[];
  configuration: { root_module: { resources: { address: string; expressions: Json }[] } };
}
interface Policy {
  Statement: [{ Sid: string; Action: string[]; Resource: string[]; Condition?: Json }];
}

const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Plan;
const digestOf = (
  planJson: unknown,
  corsRemovals: readonly CorsRemoval[] = [],
  facts: readonly Fact[] = [],
) => planDigest({ changes: readChanges(planJson), planJson, corsRemovals, facts });
const afterOf = (plan: Plan, type: string) => {
  const change = plan.resource_changes.find(({ address }) => address.startsWith(`${type}.`))?.change;
  if (change === undefined) throw new Error(`no ${type} in the plan`);
  return change.after;
};
const editText = (after: Json, name: string, edit: (document: Policy) => void) => {
  const document = JSON.parse(after[name] as string) as Policy;
  edit(document);
  after[name] = JSON.stringify(document);
};
const rulesOf = (plan: Plan) => afterOf(plan, 'aws_s3_bucket_cors_configuration')['cors_rule'] as Json[];

const removal: CorsRemoval = {
  bucket: 'old-images',
  region: 'eu-west-1',
  rules: {
    others: [
      { AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['https://a.example'] },
      { AllowedMethods: ['GET'], AllowedOrigins: ['https://b.example'] },
    ],
    kolena: { ID: 'KolenaS3Access', AllowedMethods: ['GET'], AllowedOrigins: ['https://app.kolena.io'] },
  },
};

/** What says the same: each with a seed for what it shuffles. */
const neutral: Record<string, (plan: Plan, shuffle: <T>(items: T[]) => T[]) => void> = {
  'order of resources': (plan, shuffle) => {
    plan.resource_changes = shuffle(plan.resource_changes);
    plan.configuration.root_module.resources = shuffle(plan.configuration.root_module.resources);
  },
  'order of actions and resources in a document': (plan, shuffle) => {
    editText(afterOf(plan, 'aws_iam_policy'), 'policy', ({ Statement: [statement] }) => {
      statement.Action = shuffle(statement.Action);
      statement.Resource = shuffle(statement.Resource);
    });
  },
  'white space of a document': (plan) => {
    const after = afterOf(plan, 'aws_iam_policy');
    after['policy'] = `\n${JSON.stringify(JSON.parse(after['policy'] as string), null, 4)}`;
  },
  'order of keys in a document': (plan, shuffle) => {
    editText(afterOf(plan, 'aws_iam_role'), 'assume_role_policy', (document) => {
      document.Statement = [Object.fromEntries(shuffle(Object.entries(document.Statement[0]))) as never];
    });
  },
  'one or many': (plan) => {
    editText(afterOf(plan, 'aws_iam_role'), 'assume_role_policy', (document) => {
      document.Statement[0].Action = ['sts:AssumeRole'];
      document.Statement[0].Condition = { StringEquals: { 'sts:ExternalId': 'example-external-id' } };
      document.Statement = document.Statement[0] as never;
    });
  },
  'order of CORS rules and of their lists': (plan, shuffle) => {
    const after = afterOf(plan, 'aws_s3_bucket_cors_configuration');
    after['cors_rule'] = shuffle(
      rulesOf(plan).map((rule) => ({
        ...rule,
        allowed_methods: shuffle(rule['allowed_methods'] as string[]),
      })),
    );
  },
  'how a provider writes what is not set': (plan) => {
    for (const rule of rulesOf(plan)) if (rule['id'] === null) rule['id'] = '';
    for (const rule of rulesOf(plan)) if (rule['max_age_seconds'] === null) rule['max_age_seconds'] = 0;
  },
  'computed values': (plan) => {
    Object.assign(afterOf(plan, 'aws_iam_policy'), {
      arn: 'arn:aws:iam::1:policy/x',
      policy_id: 'A',
      new_attribute: 1,
    });
    Object.assign(afterOf(plan, 'aws_iam_role'), { unique_id: 'AROA', create_date: '2001-01-01T00:00:00Z' });
  },
};

/** What a reviewer has to see again. */
const meaningful: Record<string, (plan: Plan) => void> = {
  'an action': (plan) => {
    editText(afterOf(plan, 'aws_iam_policy'), 'policy', ({ Statement: [{ Action }] }) =>
      Action.push('s3:PutObject'),
    );
  },
  'a resource': (plan) => {
    editText(afterOf(plan, 'aws_iam_policy'), 'policy', ({ Statement: [{ Resource }] }) => Resource.pop());
  },
  'a Sid': (plan) => {
    editText(
      afterOf(plan, 'aws_iam_policy'),
      'policy',
      ({ Statement: [statement] }) => (statement.Sid = 'Other'),
    );
  },
  'the external ID': (plan) => {
    editText(afterOf(plan, 'aws_iam_role'), 'assume_role_policy', ({ Statement: [statement] }) => {
      statement.Condition = { StringEquals: { 'sts:ExternalId': ['other-external-id'] } };
    });
  },
  'the loss of the external ID': (plan) => {
    editText(afterOf(plan, 'aws_iam_role'), 'assume_role_policy', ({ Statement: [statement] }) => {
      delete statement.Condition;
    });
  },
  'the session length': (plan) => (afterOf(plan, 'aws_iam_role')['max_session_duration'] = 7200),
  'a tag': (plan) => (afterOf(plan, 'aws_iam_policy')['tags'] = { team: 'other' }),
  'an empty tag': (plan) => (afterOf(plan, 'aws_iam_policy')['tags'] = { team: 'vision', empty: '' }),
  'an origin': (plan) => ((rulesOf(plan)[0] as Json)['allowed_origins'] = ['https://evil.example']),
  'a rule less': (plan) => rulesOf(plan).pop(),
  'the age of a rule': (plan) => ((rulesOf(plan)[1] as Json)['max_age_seconds'] = 601),
  'the kind of change': (plan) => {
    const [first] = plan.resource_changes;
    if (first !== undefined) first.change.actions = ['delete', 'create'];
  },
  'creation instead of adoption': (plan) => {
    for (const { change } of plan.resource_changes) delete change.importing;
  },
  'what is taken away though nobody set it': (plan) => {
    const change = plan.resource_changes.find(({ address }) => address.startsWith('aws_iam_role.'))
      ?.change as Json;
    change['before'] = {
      ...(change['before'] as Json),
      permissions_boundary: 'arn:aws:iam::1:policy/boundary',
    };
    (change['after'] as Json)['permissions_boundary'] = null;
  },
};

describe('planDigest', () => {
  it('is 64 hex digits, the same for the same plan', async () => {
    const digest = await digestOf(recorded('create'));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOf(recorded('create'))).toBe(digest);
  });

  it.each(Object.entries(neutral))('does not depend on %s', async (_, edit) => {
    const digest = await digestOf(recorded('adopt-change'));
    const order = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(order, async (numbers) => {
        const plan = recorded('adopt-change');
        const rank = () => numbers.next().value as number;
        edit(plan, (items) =>
          items
            .map((item) => ({ item, rank: rank() }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ item }) => item),
        );
        expect(await digestOf(plan)).toBe(digest);
      }),
      { numRuns: 4 },
    );
  });

  it('changes with whatever a reviewer has to see', async () => {
    const digests = await Promise.all(
      Object.values(meaningful).map((edit) => {
        const plan = recorded('adopt-change');
        edit(plan);
        return digestOf(plan);
      }),
    );
    const all = [...digests, await digestOf(recorded('adopt-change'))];
    const names = [...Object.keys(meaningful), 'nothing'];
    for (const [index, digest] of all.entries())
      expect(`${String(names[all.indexOf(digest)])} ${digest}`).toBe(`${String(names[index])} ${digest}`);
  });

  it('tells every recorded plan from every other', async () => {
    const names = ['create', 'adopt', 'adopt-change', 'replace', 'forget', 'destroy'];
    const digests = await Promise.all(names.map((name) => digestOf(recorded(name))));
    expect(new Set(digests).size).toBe(names.length);
  });

  it('leaves out resources that stay as they are', async () => {
    const plan = recorded('forget');
    const digest = await digestOf(plan);
    plan.resource_changes = plan.resource_changes.filter(({ change }) => change.actions[0] !== 'no-op');
    expect(await digestOf(plan)).toBe(digest);
  });

  it('holds what goes, and not what needs nobody’s approval', async () => {
    const going = (needsApproval: boolean) =>
      factOf({
        kind: 'tag',
        change: 'goes',
        subject: 'team',
        terms: [],
        text: 't',
        content: ['team'],
        needsApproval,
      });
    const plan = recorded('forget');
    const [none, told, gone] = await Promise.all(
      [[], [going(false)], [going(true)]].map((facts) => digestOf(plan, [], facts)),
    );
    expect(told).toBe(none);
    expect(gone).not.toBe(none);
  });

  it('holds what the CORS removals remove and keep, in order', async () => {
    const plan = recorded('forget');
    const { rules } = removal;
    const keeping = (others: typeof rules.others) => ({ ...removal, rules: { ...rules, others } });
    const removals: (readonly CorsRemoval[])[] = [
      [],
      [removal],
      [keeping(rules.others.slice(0, 1))],
      [keeping(rules.others.toReversed())],
      [removal, { ...removal, bucket: 'older-images' }],
    ];
    const digests = await Promise.all(removals.map((removed) => digestOf(plan, removed)));
    expect(new Set(digests).size).toBe(removals.length);
    const reordered = removals[4]?.toReversed() ?? [];
    expect(await digestOf(plan, reordered)).toBe(digests[4]);
    const nothing = { ...removal, rules: { ...rules, kolena: undefined } };
    expect(await digestOf(plan, [nothing])).toBe(digests[0]);
  });

  it('makes guessing a short external ID expensive', async () => {
    // A plain hash of this takes microseconds; the derivation takes as long as 100,000 of them.
    const derived: unknown[] = [];
    const { subtle } = globalThis.crypto;
    const deriveBits = subtle.deriveBits.bind(subtle);
    subtle.deriveBits = (algorithm, ...rest) => {
      derived.push(algorithm);
      return deriveBits(algorithm, ...rest);
    };
    try {
      await digestOf(recorded('create'));
    } finally {
      subtle.deriveBits = deriveBits;
    }
    expect(derived).toEqual([
      expect.objectContaining({ name: 'PBKDF2', hash: 'SHA-256', iterations: 100_000 }),
    ]);
  });
});
