import { defined } from '../base/defined.ts';
import type { Statement } from '../iam/policy-document.ts';

/** What AWS's denial of an action, as `s3:GetObject`, says. */
export interface Denial {
  readonly action: string;
  /** The ARN; absent where AWS gives none, as for IAM's `role NAME`. */
  readonly resource?: string;
  readonly principal?: string;
  /** `unexplained` where AWS gives no reason. */
  readonly kind: 'explicit' | 'implicit' | 'unexplained';
  /** In AWS's words, as `service control policy`: what denies, or what lacks an Allow. */
  readonly policyKind?: string;
  /** Of a policy that denies, within one account or organization only. */
  readonly policyArn?: string;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
const sentence =
  /(?:User: (\S+) is )?not authorized to perform: ([\w-]+:\w+)(?: on resource: (?:"([^"]*)"|(\S+)))?/i;
const explicit = /with an explicit deny in (?:an?|the) ([\w() -]*(?:policy|boundary))(?:: (arn:[^\s"]+))?/i;
const implicit = /because no ([\w() -]*?(?:policy|boundary)) allows/i;

/** Reads `User: X is not authorized to perform: …`; undefined for other text, as S3's bare `Access Denied`. */
export function parseDenial(text: string): Denial | undefined {
  const match = sentence.exec(text);
  if (match === null) return undefined;
  const [whole, principal, action = '', quoted, bare] = match;
  // A key may hold any words: the reason is looked for behind the resource.
  const reason = text.slice(match.index + whole.length);
  const resource = quoted ?? bare?.replace(/[.,]$/, '');
  const [, denying, policyArn] = explicit.exec(reason) ?? [];
  const [, lacking] = implicit.exec(reason) ?? [];
  return defined({
    action,
    resource: resource?.startsWith('arn:') === true ? resource : undefined,
    principal,
    kind: denying !== undefined ? 'explicit' : lacking !== undefined ? 'implicit' : 'unexplained',
    policyKind: denying ?? lacking,
    policyArn: policyArn?.replace(/[.,]$/, ''),
  } as const);
}

/** The policy that denies, with its article: `a service control policy (arn:aws:organizations::…)`. */
export function policyOf({ policyKind = 'policy', policyArn }: Denial): string {
  const article = /^[aeiou]/i.test(policyKind) ? 'an' : 'a';
  return `${article} ${policyKind}${policyArn === undefined ? '' : ` (${policyArn})`}`;
}

/** What a statement has to allow. */
export type MissingRight = Omit<Statement, 'Effect'>;

const permissionsOfRun = 'the permissions of the role that this run uses';

/** A remedy that prints the statement to add. @example statementFor({ Action: 's3:GetObject', Resource: '*' }, 'the key policy') */
export function statementFor(right: MissingRight, to = permissionsOfRun): string {
  const { Sid, Principal, ...rest } = right;
  // In the order in which AWS writes a statement; JSON leaves out what is undefined.
  const statement = { Sid, Effect: 'Allow', Principal, ...rest };
  return `Add this statement to ${to}:\n${JSON.stringify(statement, null, 2)}`;
}

/** What gets a denied call through, by AWS's message: the statement to add, and to what, or who has to lift an explicit deny. */
export function denialRemedy(message: string, addTo?: string): string {
  const denial = parseDenial(message);
  if (denial === undefined)
    return 'Compare the permissions of the role that this run uses with docs/deploy-role-policy.json.';
  const { kind, action, resource = '*' } = denial;
  return kind === 'explicit'
    ? liftedDeny(denial)
    : statementFor({ Action: action, Resource: resource }, addTo);
}

/** Who has to lift an explicit deny that AWS's message tells of, and how; `undefined` where it tells of none. */
export function explicitDenyRemedy(message: string): string | undefined {
  const denial = parseDenial(message);
  return denial?.kind === 'explicit' ? liftedDeny(denial) : undefined;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html
function liftedDeny(denial: Denial): string {
  const { policyKind, principal } = denial;
  const caller = principal === undefined ? undefined : callerArn(principal);
  // A bucket's policy often denies all but a VPC endpoint: who else is to pass has to be exempt from the Deny itself.
  const exempt =
    policyKind === 'resource-based policy' && caller !== undefined
      ? ` Add this to the Condition of its Deny statement, with the role's path if it has one:\n${JSON.stringify({ ArnNotEquals: { 'aws:PrincipalArn': caller } })}`
      : '';
  return `Ask the owner of ${policyOf(denial)} to lift its explicit deny: no other policy can override it.${exempt}`;
}

/** The role of a session, as far as its ARN tells: a path is not in it. */
function callerArn(principal: string): string {
  return principal.replace(
    /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/,
    'arn:$1:iam::$2:role/$3',
  );
}
