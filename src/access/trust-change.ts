import { listOf, normalizeStatements, principalsOf, statementsOf } from '../iam/compare-policy.ts';
import { compareDecisions, isAllowed } from '../iam/evaluate-policy.ts';
import { contextsOf, exampleOf } from '../iam/examples.ts';
import type { PolicyDocument, Statement } from '../iam/policy-document.ts';
import { temporarySid } from '../iam/temporary-statement.ts';
import { verifierSid } from '../iam/trust-policy.ts';
import { endFindings, lastEnd } from './end-change.ts';
import { finding, limitFindings, type TrustFinding } from './trust-finding.ts';

/** How two trust policies differ for a caller; either is absent where there is no role. */
export function compareTrust(
  before: PolicyDocument | undefined,
  after: PolicyDocument | undefined,
): TrustFinding[] {
  if (after === undefined) return [];
  const [was, is] = [before === undefined ? [] : lasting(before), lasting(after)];
  if (before === undefined)
    return trustedBy(is)
      .map(newPrincipal)
      .filter(({ title }) => title !== addedTitle);
  const named = [
    ...trustedAlone(is, was).map(newPrincipal),
    ...trustedAlone(was, is).map(lostPrincipal),
    ...externalId(was, is),
    ...endFindings(endOfKolena(was), endOfKolena(is)),
  ];
  const { grows, shrinks } = compareCallers(was, is);
  const explained = (effect: TrustFinding['effect']) =>
    named.some((finding) => finding.effect === effect || finding.effect === 'other');
  if (grows && !explained('weaker'))
    named.push(
      finding(
        'weaker',
        'fewer conditions',
        'The trust policy lets in callers that it does not let in today.',
      ),
    );
  if (shrinks && !explained('stronger'))
    named.push(
      finding('stronger', 'more conditions', 'The trust policy refuses callers that it lets in today.'),
    );
  return named;
}

/** A check's own statement ends by itself: it comes and goes while nothing changes. */
function lasting(document: PolicyDocument): readonly Statement[] {
  return statementsOf(document).filter(({ Sid }) => Sid !== temporarySid);
}

/** A permanent verifier's statement has no end of its own. */
function endOfKolena(statements: readonly Statement[]): string | undefined {
  return lastEnd(statements.filter(({ Sid }) => Sid !== verifierSid));
}

const addedTitle = 'another principal';

function newPrincipal(principal: string): TrustFinding {
  if (principal === 'AWS:*')
    return finding('weaker', 'everybody is trusted', 'Every AWS account is trusted: `*`.');
  const root = /^AWS:arn:[a-z-]+:iam::(\d{12}|\*\*\*\w*):root$/.exec(principal)?.[1];
  if (root === undefined)
    return finding(
      'weaker',
      addedTitle,
      `\`${spelled(principal)}\` can assume the role, which it cannot today.`,
    );
  const whole = `Every role and user of account \`${root}\` can assume the role, as far as that account allows it.`;
  return finding('weaker', 'a whole account is trusted', whole);
}

function lostPrincipal(principal: string): TrustFinding {
  const sentence = `\`${spelled(principal)}\` can no longer assume the role.`;
  return finding('stronger', 'a principal loses the role', sentence);
}

/** The principals of some statements whom others do not trust. */
function trustedAlone(statements: readonly Statement[], others: readonly Statement[]): string[] {
  const trusted = trustedBy(others);
  return trustedBy(statements).filter((principal) => !isCovered(principal, trusted));
}

function trustedBy(statements: readonly Statement[]): string[] {
  return [...new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(principalsOf))];
}

/** Whoever is trusted as a whole account, or as everybody, needs no name of its own. */
function isCovered(principal: string, trusted: readonly string[]): boolean {
  const account = /^(AWS:arn:[a-z-]+:(?:iam|sts)::[^:]+:)/.exec(principal)?.[1];
  const wider = [
    principal,
    'AWS:*',
    ...(account === undefined ? [] : [`${account}root`.replace(':sts:', ':iam:')]),
  ];
  return trusted.some((one) => wider.includes(one));
}

function spelled(principal: string): string {
  return principal.replace(/^AWS:/, '');
}

function externalId(was: readonly Statement[], is: readonly Statement[]): TrustFinding[] {
  // Undefined when somebody gets in without one.
  const [old, wanted] = [was, is].map((all) => valuesOf(all, 'sts:externalid')?.join('`, `'));
  return limitFindings(old, wanted, {
    set: ['external ID required', `The role can be assumed with the external ID \`${wanted ?? ''}\` only.`],
    lifted: ['external ID no longer required', 'The role can be assumed without the external ID.'],
    moved: [
      'other',
      'another external ID',
      `The external ID is \`${wanted ?? ''}\` instead of \`${old ?? ''}\`.`,
    ],
  });
}

/** All values that allowing statements demand of a key, sorted; undefined when one of them demands none. */
function valuesOf(statements: readonly Statement[], wanted: string): string[] | undefined {
  const each = normalizeStatements({ Statement: statements })
    .filter(({ effect }) => effect === 'Allow')
    .map(({ conditions }) =>
      conditions.filter(({ key }) => key.toLowerCase() === wanted).flatMap(({ values }) => values),
    );
  if (each.length === 0 || each.some(({ length }) => length === 0)) return undefined;
  return [...new Set(each.flat())].sort();
}

function compareCallers(was: readonly Statement[], is: readonly Statement[]) {
  const all = [...was, ...is];
  const contexts = contextsOf(all);
  const both = trustedBy(was).filter((principal) => isCovered(principal, trustedBy(is)));
  const actions = [...new Set(all.flatMap(({ Action }) => listOf(Action)).map(exampleOf))];
  const decide = (statements: readonly Statement[]) =>
    both.map(spelled).flatMap((principal) =>
      actions.flatMap((action) =>
        contexts.map((context) =>
          isAllowed([{ Statement: statements }], {
            action,
            context,
            // A caller counts as its account's root too.
            principals: [principal, principal.replace(/^(arn:[a-z-]+:iam::[^:]+:).*$/, '$1root')],
          }),
        ),
      ),
    );
  return compareDecisions(decide(was), decide(is));
}
