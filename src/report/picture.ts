import { principalsOf } from '../iam/compare-policy.ts';
import type { BucketChange, BucketState } from './bucket-states.ts';
import { resourceKinds, roleAddress } from '../plan/resources.ts';
import { resourceRows, type ActionWord } from '../plan/rows.ts';
import { clip, count } from './markdown.ts';
import type { Report } from './report.ts';

/** Past this number buckets are drawn in groups. */
const SINGLE_BUCKETS = 12;
const NAMES_IN_GROUP = 6;
const LABEL_LENGTH = 120;

type NodeState = 'new' | 'changed' | 'removed' | 'adopted' | 'unchanged';

/** The access as a Mermaid flowchart: Kolena's principal → role → policies → buckets. Undefined when there is nothing to draw. */
export function grantPicture(report: Report, states: readonly BucketState[]): string | undefined {
  // Without a plan it is unknown what happens to role and policies.
  const known = report.outcome !== 'failed' || report.plan !== undefined || report.command === 'verify';
  if (states.length === 0 || !known) return undefined;
  const role = roleNode(report);
  const policies = policyNodes(report, states);
  const buckets = states.length > SINGLE_BUCKETS ? groupNodes(states) : states.map(bucketNode);
  const id = new Map(policies.map(({ name }, at) => [name, `p${at}`]));
  return [
    'flowchart LR',
    `  kolena(["${principalLabel(report)}"]) ${arrow(role.state)}|"may assume"| role`,
    node('role', role.state, role.lines),
    ...policies.flatMap(({ state, lines }, at) => [
      node(`p${at}`, state, lines),
      edge('role', `p${at}`, state),
    ]),
    ...buckets.flatMap(({ state, lines, policies: names }, at) => [
      node(`b${at}`, state, lines),
      ...(policies.length === 1 ? ['p0'] : names.map((name) => id.get(name) ?? 'p0')).map((from) =>
        edge(from, `b${at}`, state),
      ),
    ]),
    ...classes,
  ].join('\n');
}

interface Node {
  readonly state: NodeState;
  readonly lines: readonly string[];
}

/** Shape and word distinguish states, not colour alone; these shapes hold ten lines as well as two: https://mermaid.js.org/syntax/flowchart.html#node-shapes */
const shapes: Readonly<Record<NodeState, readonly [string, string]>> = {
  new: ['(', ')'],
  changed: ['{{', '}}'],
  removed: ['>', ']'],
  adopted: ['[[', ']]'],
  unchanged: ['[', ']'],
};

const classes = [
  '  classDef new fill:#dafbe1,stroke:#1a7f37,color:#0b3d1a,stroke-width:2px',
  '  classDef changed fill:#fff8c5,stroke:#9a6700,color:#3b2300,stroke-width:2px',
  '  classDef removed fill:#ffebe9,stroke:#cf222e,color:#67060c,stroke-dasharray:5 4',
  '  classDef adopted fill:#ddf4ff,stroke:#0969da,color:#0a3069,stroke-width:2px',
  '  classDef unchanged fill:#f6f8fa,stroke:#818b98,color:#25292e',
];

function node(id: string, state: NodeState, lines: readonly string[]): string {
  const [open, close] = shapes[state];
  const word = state === 'unchanged' ? [] : [`<b>${state.toUpperCase()}</b>`];
  return `  ${id}${open}"${[...word, ...lines].join('<br/>')}"${close}:::${state}`;
}

function edge(from: string, to: string, state: NodeState): string {
  return `  ${from} ${arrow(state)} ${to}`;
}

function arrow(state: NodeState): string {
  return state === 'removed' ? '-.-' : '-->';
}

function principalLabel({ config, desired, observed }: Report): string {
  const trust = (desired?.role ?? observed?.role)?.trustPolicy;
  const principals = config === undefined ? [] : [config.kolenaPrincipalArn];
  const others =
    trust?.Statement.flatMap(principalsOf).filter(
      (arn) => !principals.some((named) => arn.endsWith(named)),
    ) ?? [];
  const condition =
    config?.kolenaExternalId === undefined ? 'no external ID' : `external ID ${config.kolenaExternalId}`;
  return [
    ...['Kolena', ...principals, condition].map(label),
    ...others.map((arn) => `also ${label(arn)}`),
  ].join('<br/>');
}

function roleNode(report: Report): Node {
  const name = report.desired?.role?.name ?? report.observed?.role?.name ?? report.config?.roleName ?? '';
  const row = rowsOf(report).find(({ address }) => address === roleAddress);
  return { state: nodeState(row?.action), lines: [resourceKinds.role.label, label(name)] };
}

/** Policies one by one, or as one node when the buckets are grouped: several policies can grant one group. */
function policyNodes(report: Report, states: readonly BucketState[]): (Node & { name: string })[] {
  const rows = new Map(
    rowsOf(report)
      .filter(({ type }) => type === resourceKinds.policy.type)
      .map(({ name, action }) => [name, action]),
  );
  const names = [...new Set([...states.flatMap(({ policies }) => policies), ...rows.keys()])];
  const all = names.map((name) => ({
    name,
    state: nodeState(rows.get(name)),
    lines: [resourceKinds.policy.label, label(name)],
  }));
  const [first] = all;
  if (first === undefined || all.length === 1 || states.length <= SINGLE_BUCKETS) return all;
  const state = all.every((one) => one.state === first.state) ? first.state : 'changed';
  return [{ name: '', state, lines: [`${all.length} IAM policies`, label(first.name), '…'] }];
}

function rowsOf({ plan, desired, backend }: Report) {
  return plan === undefined || desired === undefined ? [] : resourceRows({ plan, desired, backend });
}

function nodeState(action: ActionWord | undefined): NodeState {
  switch (action) {
    case 'create':
      return 'new';
    case 'change':
    case 'replace':
    case 'adopt and change':
      return 'changed';
    case 'adopt':
      return 'adopted';
    case 'delete':
    case 'remove rule':
      return 'removed';
    case 'forget':
    case 'unchanged':
    case undefined:
      return 'unchanged';
  }
}

function bucketNode({
  bucket,
  change,
  prefixes,
  cors,
  policies,
}: BucketState): Node & { policies: readonly string[] } {
  const shown = prefixes.slice(0, NAMES_IN_GROUP).map(label);
  const more = prefixes.length > shown.length ? [`… and ${prefixes.length - shown.length} more`] : [];
  const extent = prefixes.length > 0 ? ['only', ...shown, ...more] : [];
  const rule = cors === undefined ? [] : [`CORS rule ${cors}`];
  return { state: stateOf(change), lines: [label(bucket), ...extent, ...rule], policies };
}

function groupNodes(states: readonly BucketState[]): (Node & { policies: readonly string[] })[] {
  const order: readonly BucketChange[] = ['new', 'changed', 'removed', 'adopted', 'unchanged', 'planned'];
  return order.flatMap((change) => {
    const group = states.filter((state) => state.change === change);
    if (group.length === 0) return [];
    const names = group.slice(0, NAMES_IN_GROUP).map(({ bucket }) => label(bucket));
    const more = group.length > names.length ? [`… and ${group.length - names.length} more`] : [];
    return [
      { state: stateOf(change), lines: [count(group.length, 'bucket'), ...names, ...more], policies: [] },
    ];
  });
}

function stateOf(change: BucketChange): NodeState {
  return change === 'planned' ? 'unchanged' : change;
}

/** Data in a quoted Mermaid label: everything but letters, digits and a few signs as entity codes. */
function label(data: string): string {
  return clip(data, LABEL_LENGTH).replace(/[^\p{L}\p{N} ./_-]/gu, (sign) => `#${sign.codePointAt(0) ?? 32};`);
}
