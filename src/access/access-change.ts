import { defined } from '../base/defined.ts';
import { publicDatasetsBucket } from '../config/bucket-location.ts';
import { listOf, statementsOf } from '../iam/compare-policy.ts';
import { compareDecisions, isAllowed, type DecisionChange } from '../iam/evaluate-policy.ts';
import { contextsOf, exampleOf } from '../iam/examples.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { compareReach, isNothing, type ReachChange } from '../iam/reach.ts';
import { statementsByBucket } from '../iam/statements-by-bucket.ts';
import { corsChanges, type CorsChange } from './cors-change.ts';
import { setEndAside, type Documents } from './end-change.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { Observed } from './observed.ts';
import { attributeFindings, type RoleAttributes } from './role-attributes.ts';
import { compareTrust } from './trust-change.ts';
import type { TrustFinding } from './trust-finding.ts';

/** What happens to Kolena's access to one bucket. */
export type BucketDirection =
  'new' | 'wider' | 'wider and narrower' | 'narrower' | 'removed' | 'CORS only' | 'unchanged';

/** One bucket, or a pattern of bucket names that a hand-made policy grants. */
export interface BucketChange extends ReachChange {
  readonly bucket: string;
  readonly direction: BucketDirection;
  readonly cors: CorsChange;
  readonly region?: string;
}

/** What applying does to access. */
export interface AccessChange {
  /** The configured order, then what only the policies before name. */
  readonly buckets: readonly BucketChange[];
  /** Grants on something that is not a bucket, such as a KMS key, that come or go. */
  readonly others: readonly (DecisionChange & { readonly resource: string })[];
  readonly role: 'new' | 'removed' | 'stays' | 'none';
  readonly trust: readonly TrustFinding[];
  readonly direction: 'none' | 'narrower' | 'wider' | 'both';
}

interface AccessChangeProps {
  readonly observed: Observed;
  readonly desired: DesiredAccess;
  /** Of Terraform's plan; @default nothing about the role's attributes is known */
  readonly role?: RoleAttributes | undefined;
}

/** Compares what stands with what is planned, as a policy engine decides it and not as the documents are written. */
export function accessChange({ observed, desired, role }: AccessChangeProps): AccessChange {
  const { ends, ...documents } = setEndAside({
    before:
      observed.role === undefined
        ? []
        : observed.policies.filter(({ attached }) => attached).map(({ document }) => document),
    after: desired.role === undefined ? [] : desired.policies.map(({ document }) => document),
  });
  const standing = roleStanding(observed, desired);
  const buckets = bucketChanges(documents, { observed, desired, standing });
  const others = otherChanges(documents);
  const ofTrust = compareTrust(observed.role?.trustPolicy, desired.role?.trustPolicy);
  const trust = [
    ...ofTrust,
    // As a rule both documents of a role end together.
    ...ends.filter(({ title }) => !ofTrust.some((one) => one.title === title)),
    ...attributeFindings(role, [...documents.before, ...documents.after]),
  ];
  const changes = [...buckets, ...others];
  const findings = standing === 'new' ? [] : trust;
  const grows =
    standing === 'new' ||
    changes.some((one) => one.grows) ||
    findings.some(({ effect }) => effect !== 'stronger');
  const shrinks =
    standing === 'removed' ||
    changes.some((one) => one.shrinks) ||
    findings.some(({ effect }) => effect !== 'weaker');
  const direction = grows ? (shrinks ? 'both' : 'wider') : shrinks ? 'narrower' : 'none';
  return { buckets, others, role: standing, trust, direction };
}

function roleStanding(observed: Observed, desired: DesiredAccess): AccessChange['role'] {
  if (observed.role === undefined) return desired.role === undefined ? 'none' : 'new';
  return desired.role === undefined ? 'removed' : 'stays';
}

function bucketChanges(
  { before, after }: Documents,
  known: Pick<AccessChangeProps, 'observed' | 'desired'> & { readonly standing: AccessChange['role'] },
): BucketChange[] {
  const [was, is] = [statementsByBucket(before), statementsByBucket(after)];
  const { standing } = known;
  const corsOf = corsChanges(known.observed, known.desired);
  const [configured, left] = [known.desired.cors, known.desired.removals.cors].map((all) =>
    all.map(({ bucket }) => bucket),
  );
  const names = [...new Set([...(configured ?? []), ...is.names, ...was.names, ...(left ?? [])])];
  return names.flatMap((bucket) => {
    const change = compareReach(bucket, was.of(bucket), is.of(bucket));
    const cors = corsOf(bucket);
    const direction = bucketDirection(change, cors);
    // Kolena's own bucket comes and goes with the role; it is told by itself only when nothing else explains it.
    const isTold = bucket !== publicDatasetsBucket || (direction !== 'unchanged' && standing === 'stays');
    if (!isTold) return [];
    const region = known.observed.buckets[bucket]?.region;
    return [{ bucket, ...change, direction, cors, ...defined({ region }) }];
  });
}

function bucketDirection({ before, after, grows, shrinks }: ReachChange, cors: CorsChange): BucketDirection {
  if (grows && isNothing(before)) return 'new';
  if (shrinks && isNothing(after)) return 'removed';
  if (grows) return shrinks ? 'wider and narrower' : 'wider';
  if (shrinks) return 'narrower';
  return ['added', 'changed', 'removed'].includes(cors.kolena) || cors.othersLost > 0
    ? 'CORS only'
    : 'unchanged';
}

function otherChanges({ before, after }: Documents): AccessChange['others'] {
  const statements = [...before, ...after].flatMap(statementsOf);
  const named = statements.filter(({ Resource }) => listOf(Resource).some((resource) => !isOfS3(resource)));
  const contexts = contextsOf(named);
  const actions = [...new Set(named.flatMap(({ Action }) => listOf(Action)).map(exampleOf))];
  const resources = [...new Set(named.flatMap(({ Resource }) => listOf(Resource)))].filter(
    (one) => !isOfS3(one),
  );
  return resources.flatMap((resource) => {
    const decide = (documents: readonly PolicyDocument[]) =>
      contexts.flatMap((context) =>
        actions.map((action) => isAllowed(documents, { action, resource: exampleOf(resource), context })),
      );
    const change = compareDecisions(decide(before), decide(after));
    return change.grows || change.shrinks ? [{ resource, ...change }] : [];
  });
}

function isOfS3(resource: string): boolean {
  return /^arn:[^:]*:s3:::/.test(resource);
}
