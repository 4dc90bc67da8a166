import { normalizeStatements, statementsOf, type NormalizedCondition } from './compare-policy.ts';
import { statementElements, type PolicyDocument, type Statement } from './policy-document.ts';

/** One thing that a document says: one principal or resource, all actions of its statement, one way to meet all of its conditions. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  readonly sid?: string;
  /** As `AWS:arn:aws:iam::111122223333:root`; empty in a policy that is attached. */
  readonly principal: string;
  /** An ARN or a pattern, `every resource but …`, or empty in a trust policy. */
  readonly resource: string;
  /** Sorted; `every action but …` included. */
  readonly actions: readonly string[];
  readonly conditions: readonly NormalizedCondition[];
  /** Elements that this version does not know, as JSON; empty when there are none. */
  readonly rest: string;
}

/** One of their values is enough: a statement says the same as one statement for each value. */
const ONE_OF = /^(?:String(?:Equals|Like)|Arn(?:Equals|Like))$/i;

/** Statements that somebody wrote by hand can multiply without end. */
const MOST_WAYS = 1000;

const known = new Set<string>(statementElements);

/** What a document says, piece by piece, in its own order. */
export function permissionsOf(document: PolicyDocument): Permission[] {
  const raw = statementsOf(document);
  return normalizeStatements(document).flatMap((statement, at) => {
    const { sid, effect, principals, actions, notActions, resources, notResources, conditions } = statement;
    const allResources = [...resources, ...notResources.map((name) => `every resource but ${name}`)];
    const shared = {
      effect,
      ...(sid !== undefined && { sid }),
      actions: [...actions, ...notActions.map((name) => `every action but ${name}`)],
      rest: restOf(raw[at]),
    };
    // NotResource excludes all that it names together, and is not one resource after another.
    const objects = notResources.length > 1 ? [allResources.join(' and ')] : orNone(allResources);
    return orNone(principals).flatMap((principal) =>
      objects.flatMap((resource) =>
        waysOf(conditions).map((way) => ({ ...shared, principal, resource, conditions: way })),
      ),
    );
  });
}

/** A condition as a reader sees it: `StringEquals sts:ExternalId = x`. */
export function conditionText({ operator, key, values }: NormalizedCondition): string {
  return `${operator} ${key} = ${values.join(' or ')}`;
}

function orNone(values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : [''];
}

/** Every way to meet all of the conditions, by one value where one is enough. */
function waysOf(conditions: readonly NormalizedCondition[]): readonly (readonly NormalizedCondition[])[] {
  const choices = conditions.map((condition) =>
    ONE_OF.test(condition.operator)
      ? condition.values.map((value) => ({ ...condition, values: [value] }))
      : [condition],
  );
  if (choices.reduce((ways, { length }) => ways * length, 1) > MOST_WAYS) return [conditions];
  return choices.reduce<readonly (readonly NormalizedCondition[])[]>(
    (ways, options) => ways.flatMap((way) => options.map((option) => [...way, option])),
    [[]],
  );
}

function restOf(statement: Statement | undefined): string {
  const entries = Object.entries(statement ?? {}).filter(([name]) => !known.has(name));
  return entries.length === 0 ? '' : JSON.stringify(entries.sort());
}
