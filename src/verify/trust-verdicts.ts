import { statementsOf } from '../iam/compare-policy.ts';
import type { Check } from './check.ts';
import { evaluatePolicies } from '../iam/evaluate-policy.ts';
import type { Expectations } from './expectations.ts';
import { explainAssumeDenial, principalsOf } from './explain-assume.ts';
import type { Attempt, Observations } from './observations.ts';
import { fail, pass, refusedFor, standingOf, type Subject, unprovable, warning } from './verdict.ts';
import { wrongExternalId } from '../iam/temporary-statement.ts';

/** Whether the role can be assumed, only with the external ID, and whether the check left no trace in it. */
export function assumeChecks(expectations: Expectations, observations: Observations): Check[] {
  return [
    assumes(expectations, observations),
    externalId(expectations, observations),
    ...temporaryTrust(observations),
  ];
}

function assumes(expectations: Expectations, observations: Observations): Check {
  const subject: Subject = {
    id: 'assumes',
    title: `A verifier assumes the role${expectations.externalId === undefined ? '' : ' with the external ID'}.`,
  };
  const { assumed, trust } = observations;
  switch (assumed.outcome) {
    case 'ok':
      return pass(subject, `AWS answered with a session of ${assumed.value.arn}.`);
    case 'refused':
      return refusedFor(
        subject,
        assumed.refusal,
        explainAssumeDenial(assumed.refusal, standingOf(expectations, observations)),
      );
    case 'skipped':
      return unprovable(subject, assumed.why, trust.remedy);
  }
}

function externalId(expectations: Expectations, observations: Observations): Check {
  const subject: Subject = {
    id: 'external-id',
    title: 'The role is assumed with the right external ID only.',
  };
  const { role, withoutExternalId, wrongExternalId: wrong, trust } = observations;
  if (expectations.externalId === undefined)
    return warning(
      subject,
      'No external ID is configured, so whoever makes Kolena assume a role of this name gets in (the confused deputy problem).',
      'Agree on an external ID with Kolena, and set kolena-external-id.',
    );
  if (role === undefined) return unprovable(subject, 'There is no role.');
  const letsIn = statementWithoutExternalId(expectations, observations);
  const remedy = 'Run `command: apply`, which writes the trust policy anew.';
  if (letsIn !== undefined)
    return fail(subject, `The external ID is not enforced: ${letsIn} lets Kolena in without it.`, remedy);
  const entered = [
    ['without an external ID', withoutExternalId],
    ['with a wrong external ID', wrong],
  ] as const;
  const through = entered.find(([, { outcome }]) => outcome === 'ok')?.[0];
  if (through !== undefined)
    return fail(
      subject,
      `The external ID is not enforced: AWS let the verifier in ${through}. ${suspects(observations)}`,
      remedy,
    );
  if (entered.every(([, attempt]) => isRefusal(attempt)))
    return pass(
      subject,
      'AWS refused the verifier without an external ID and with a wrong one, and the trust policy lets Kolena in with the right one only.',
    );
  const unproven = entered.find(([, attempt]) => !isRefusal(attempt))?.[1];
  return unprovable(
    subject,
    `The trust policy demands it, but whether AWS refuses without it is unproven. ${whyNoProof(unproven)}`.trim(),
    trust.remedy,
  );
}

/** Only a denial proves anything: throttling or a broken region refuse too. */
function isRefusal(attempt: Attempt<unknown>): boolean {
  return attempt.outcome === 'refused' && attempt.refusal.code === 'AccessDenied';
}

function whyNoProof(attempt: Attempt<unknown> | undefined): string {
  if (attempt?.outcome === 'skipped') return attempt.why;
  return attempt?.outcome === 'refused'
    ? `AWS answered ${attempt.refusal.code}: ${attempt.refusal.message}`
    : '';
}

/** The live statement that lets Kolena's principal in without or with a wrong external ID. */
function statementWithoutExternalId(
  { kolenaPrincipalArn }: Expectations,
  { role }: Observations,
): string | undefined {
  const documents = role === undefined ? [] : [role.trustPolicy];
  const principals = principalsOf(kolenaPrincipalArn);
  const contexts = [{}, { 'sts:ExternalId': wrongExternalId }];
  const decisions = contexts.map((context) =>
    evaluatePolicies(documents, { action: 'sts:AssumeRole', principals, context }),
  );
  const statement = decisions.find(({ decision }) => decision === 'allowed')?.statement;
  return statement && `the statement ${JSON.stringify(statement)}`;
}

function suspects({ role, callerArn }: Observations): string {
  const statements = role === undefined ? [] : statementsOf(role.trustPolicy);
  return `One of these statements names ${callerArn} or its account: ${JSON.stringify(statements)}`;
}

function temporaryTrust({ trust }: Observations): Check[] {
  const subject: Subject = {
    id: 'temporary-trust',
    title: 'The check left no statement in the trust policy.',
  };
  if (trust.removed?.done === false)
    return [
      fail(
        subject,
        trust.removed.evidence,
        'Take the statement KolenaVerifyTemporary out of the trust policy, or run `command: verify` again; it expires by itself within minutes.',
      ),
    ];
  const cleared = trust.leftovers ? ' An earlier check that was killed had left one; it is gone.' : '';
  if (trust.removed !== undefined) return [pass(subject, `${trust.removed.evidence}${cleared}`)];
  if (!trust.leftovers) return [];
  return [
    warning(
      subject,
      'An earlier check that was killed left a statement in the trust policy, which has expired or will within minutes.',
      'Run `command: verify` with `verify: assume`, or `command: apply`: both clear it.',
    ),
  ];
}
