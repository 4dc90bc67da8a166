import { listOf } from '../../../src/iam/compare-policy.ts';
import type { PolicyDocument } from '../../../src/iam/policy-document.ts';

/**
 * The policy without resources that cannot match `resource`, whatever follows their first wildcard or variable. The engine
 * decides the same, without trying a pattern for each of hundreds of buckets.
 */
export function relevantPolicy(policy: PolicyDocument, resource: string): PolicyDocument {
  const asked = resource.toLowerCase();
  const mayMatch = (pattern: string) => asked.startsWith((/^[^*?$]*/.exec(pattern)?.[0] ?? '').toLowerCase());
  const Statement = [policy.Statement].flat().flatMap((statement) => {
    if (statement.Resource === undefined) return [statement];
    const Resource = listOf(statement.Resource).filter(mayMatch);
    return Resource.length === 0 ? [] : [{ ...statement, Resource }];
  });
  return { ...policy, Statement };
}
