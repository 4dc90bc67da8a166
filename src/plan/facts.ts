import type { DesiredAccess } from '../access/desired-access.ts';
import type { Observed } from '../access/observed.ts';
import { grantedBuckets } from '../iam/statements-by-bucket.ts';
import { documentIn } from '../iam/compare-policy.ts';
import { attributeFacts, type AttributeProps } from './attribute-facts.ts';
import type { ResourceChange } from './changes.ts';
import { corsFacts, removalFacts } from './cors-facts.ts';
import { grantFacts, trustFacts } from './document-facts.ts';
import { factOf, type Fact, type FactKind } from './fact.ts';
import { labelOf, nameOf, policyAddressOf, resourceKinds, roleAddress } from './resources.ts';
import type { PlanSummary } from './summary.ts';

interface FactsProps {
  readonly plan: Pick<PlanSummary, 'changes'>;
  readonly desired: Pick<DesiredAccess, 'role' | 'cors' | 'removals'>;
  readonly observed: Pick<Observed, 'buckets' | 'unread'>;
}

/** All that applying a plan brings and takes, each piece once: every change has a fact, and a plan without changes has none. */
export function factsOf({ plan, desired, observed }: FactsProps): Fact[] {
  const role = desired.role?.name ?? desired.removals.role?.name ?? '';
  const lost = lostBuckets(observed);
  const access = [...trust(plan.changes, role), ...grants(plan.changes, { role, lost })];
  const facts = [
    ...access,
    ...plan.changes.flatMap((change) => [
      ...(isWritten(change) ? changeFacts(change, { plan, desired, observed, access, role }) : []),
      ...stateFacts(change, nameOf(change, plan.changes)),
    ]),
    ...removalFacts({ desired, observed }),
  ];
  return [...new Map(facts.map((fact) => [fact.key, fact])).values()];
}

/** Buckets that are proven to be gone, or another account's: a bare refusal proves neither. */
function lostBuckets({ unread = [] }: FactsProps['observed']): string[] {
  return unread.filter(({ why }) => why !== 'refused').map(({ name }) => name);
}

function isWritten({ action }: Pick<ResourceChange, 'action'>): boolean {
  return action !== 'no-op' && action !== 'forget';
}

interface ChangeProps extends FactsProps {
  /** What all documents together bring and take. */
  readonly access: readonly Fact[];
  readonly role: string;
}

function trust(changes: readonly ResourceChange[], role: string): Fact[] {
  // A former role trusts as it did until it goes as a whole.
  const roles = changes.filter(({ address }) => address === roleAddress);
  return trustFacts({ role, ...documentsOf(roles, 'assume_role_policy') });
}

/** A policy grants while it is attached. */
function grants(
  changes: readonly ResourceChange[],
  { role, lost }: { readonly role: string; readonly lost: readonly string[] },
): Fact[] {
  const attachments = new Map(
    changes
      .filter(({ type }) => type === resourceKinds.attachment.type)
      .map(({ address, action }) => [policyAddressOf(address), action]),
  );
  const policies = changes.filter(({ type }) => type === resourceKinds.policy.type);
  const stood = policies.filter(({ address }) => !['create', undefined].includes(attachments.get(address)));
  const stands = policies.filter(({ address }) => !['delete', undefined].includes(attachments.get(address)));
  return grantFacts({
    role,
    lost,
    before: documentsOf(stood, 'policy').before,
    after: documentsOf(stands, 'policy').after,
  });
}

function documentsOf(changes: readonly ResourceChange[], attribute: string) {
  const documents = (values: readonly ResourceChange['after'][]) =>
    values.flatMap((value) => documentIn(value?.[attribute]) ?? []);
  return {
    before: documents(changes.map(({ before }) => before)),
    after: documents(changes.map(({ action, before, after }) => (isWritten({ action }) ? after : before))),
  };
}

/** What one resource's change says besides its grants; what a resource was goes with it. */
function changeFacts(change: ResourceChange, props: ChangeProps): Fact[] {
  const { type, action } = change;
  if (type === resourceKinds.cors.type) return corsFacts(change, props);
  const named = {
    change,
    label: labelOf(type),
    name: nameOf(change, props.plan.changes),
    needsApproval: !isOfLostBuckets(change, props),
  };
  const whole = action === 'update' ? [] : [wholeFact(named)];
  if (action === 'delete') return whole;
  const documents = documentFacts(named, props);
  const told = new Set([...Object.keys(documentNames), ...(action === 'create' ? inName : [])]);
  const facts = [...whole, ...documents, ...attributeFacts({ ...named, told })];
  const isWrittenAnew = ([name]: [string, string]) => change.before?.[name] !== change.after?.[name];
  return facts.length > 0 || Object.entries(documentNames).some(isWrittenAnew)
    ? facts
    : [rewritten(named, 'what AWS fills in')];
}

/** A policy that goes, or comes off the role, and grants nothing but buckets that are lost. */
function isOfLostBuckets({ address, action }: ResourceChange, { plan, observed }: ChangeProps): boolean {
  const policy = plan.changes.find((change) => change.address === policyAddressOf(address));
  const granted = grantedBuckets([documentIn(policy?.before?.['policy']) ?? []].flat());
  const lost = lostBuckets(observed);
  return action === 'delete' && granted.length > 0 && granted.every((bucket) => lost.includes(bucket));
}

const inName = ['name', 'role', 'policy_arn'];

type Named = Omit<AttributeProps, 'told'>;

type WholeProps = Named & { readonly needsApproval: boolean };

function wholeFact({ change: { type, action }, label, name, needsApproval }: WholeProps): Fact {
  const replaced = action === 'replace';
  return factOf({
    kind: wholeKinds[type] ?? 'attribute',
    change: action === 'delete' ? 'goes' : 'comes',
    subject: name,
    terms: replaced ? ['replaced'] : [],
    text: `${label} ${name}${replaced ? ', deleted and made anew' : ''}`,
    content: [label, name, ...(replaced ? ['replaced'] : [])],
    needsApproval,
  });
}

const wholeKinds: Readonly<Record<string, FactKind>> = {
  [resourceKinds.role.type]: 'role',
  [resourceKinds.policy.type]: 'policy',
  [resourceKinds.attachment.type]: 'attachment',
};

const documentNames: Readonly<Record<string, string>> = {
  assume_role_policy: 'trust policy',
  policy: 'policy document',
};

/** What a document changes that is not access: its language, its wording, and whatever cannot be read as a policy. */
function documentFacts(named: Named, { access, role }: ChangeProps): Fact[] {
  const { before, after } = named.change;
  return Object.entries(documentNames).flatMap(([attribute, what]) => {
    const [old, wanted] = [before?.[attribute], after?.[attribute]];
    if (old === wanted) return [];
    const [was, is] = [documentIn(old), documentIn(wanted)];
    if (is === undefined) return [unreadable(named, { what, text: wanted ?? 'known only after apply' })];
    if (was === undefined)
      return old === undefined ? [] : [unreadable(named, { what, text: 'not readable before' })];
    const language =
      was.Version === is.Version ? [] : [unreadable(named, { what, text: `of version ${is.Version}` })];
    const compare = attribute === 'policy' ? grantFacts : trustFacts;
    const own = compare({ role, before: [was], after: [is] });
    const isShown = own.some(({ key }) => access.some((fact) => fact.key === key));
    return isShown ? language : [...language, rewritten(named, what)];
  });
}

function unreadable(
  { label, name }: Named,
  { what, text }: { readonly what: string; readonly text: unknown },
): Fact {
  return factOf({
    kind: 'attribute',
    subject: name,
    terms: [String(text)],
    text: `${what} of ${label} ${name}: ${String(text)}`,
    content: [label, name, what, text],
  });
}

/** Statements that move from one policy to another or get another Sid say what was said before. */
function rewritten({ label, name }: Named, what: string): Fact {
  return factOf({
    kind: 'attribute',
    subject: name,
    terms: [what],
    text: `${what} of ${label} ${name}, written anew with the same meaning`,
    content: [label, name, what, 'written anew'],
  });
}

/** What only Terraform's state learns or forgets. */
function stateFacts({ type, action, imported }: ResourceChange, name: string): Fact[] {
  if (!imported && action !== 'forget') return [];
  const label = labelOf(type);
  return [
    factOf({
      kind: 'state',
      change: imported ? 'comes' : 'goes',
      subject: name,
      terms: [],
      text: `${label} ${name} ${imported ? 'in' : 'of'} Terraform's state`,
      content: [label, name],
      needsApproval: false,
    }),
  ];
}
