import { parseArn } from '../config/arn.ts';
import { statementsOf } from '../iam/compare-policy.ts';
import { about, type Check, failFor } from './check.ts';
import { beforeAnyEnd } from '../iam/end-condition.ts';
import { evaluatePolicies } from '../iam/evaluate-policy.ts';
import type { Expectations } from './expectations.ts';
import { explainAssumeDenial, namesOfCaller } from './explain-assume.ts';
import { liveAccessOf } from './explanation.ts';
import type { ObservedRole } from '../access/observed.ts';
import type { Attempt, Observations, TrustForVerifier } from './observations.ts';
import { wrongExternalId } from '../iam/temporary-statement.ts';

/** Whether the role can be assumed, only with the external ID, and whether the check left no trace in it. */
export function judgeAssume(expectations: Expectations, observations: Observations): Check[] {
  return [
    assumes(expectations, observations),
    ...organization(expectations, observations),
    externalId(expectations, observations),
    temporaryTrust(observations),
  ].filter((check) => check !== undefined);
}

function assumes(expectations: Expectations, observations: Observations): Check {
  const verdict = about('assumes', {});
  const { assumed, trust } = observations;
  if (assumed.outcome === 'ok') return verdict.pass(`AWS answered with a session of ${assumed.value.arn}.`);
  if (assumed.outcome === 'skipped') return verdict.unprovable(assumed.message, trust.problem?.remedy);
  const live = liveAccessOf(expectations, observations);
  return failFor(verdict, assumed.refusal, explainAssumeDenial(assumed.refusal, live));
}

/** The one thing that nobody inside can try: a resource control policy tells Kolena's account from the verifier's. */
function organization({ kolenaPrincipalArn }: Expectations, { simulation, assumed }: Observations): Check[] {
  const isMember =
    simulation.outcome === 'ok' && simulation.value.some(({ inOrganization }) => inOrganization);
  if (!isMember || assumed.outcome !== 'ok') return [];
  const account = parseArn(kolenaPrincipalArn)?.accountId ?? '';
  return [
    about('organization', {}).unprovable(
      `The check ran inside your account, and Kolena calls from another one. A member account cannot read whether the resource control policies (RCPs) of its organization refuse \`sts:AssumeRole\` to other accounts. If they do, the organization's administrator has to exempt \`aws:PrincipalAccount\` ${account} or, as AWS's samples do, roles with the tag \`dp:exclude:identity\` = \`true\`, which often only an administrator is allowed to set.`,
    ),
  ];
}

function externalId(expectations: Expectations, observations: Observations): Check {
  const verdict = about('external-id', {});
  const { role, callerArn, withoutExternalId, wrongExternalId: wrong, trust } = observations;
  if (expectations.externalId === undefined)
    return verdict.warning(
      'No external ID is configured, so whoever makes Kolena assume a role of this name gets in (the confused deputy problem).',
      'Agree on an external ID with Kolena, and set kolena-external-id.',
    );
  if (role === undefined) return verdict.unprovable('There is no role.');
  const letsIn = statementWithoutExternalId(expectations, role);
  const remedy = 'Run `command: apply`, which writes the trust policy again.';
  if (letsIn !== undefined)
    return verdict.fail(`The external ID is not enforced: ${letsIn} lets Kolena in without it.`, remedy);
  const entered = [
    ['without an external ID', withoutExternalId],
    ['with a wrong external ID', wrong],
  ] as const;
  const through = entered.find(([, { outcome }]) => outcome === 'ok')?.[0];
  if (through !== undefined)
    return verdict.fail(
      `The external ID is not enforced: AWS let the verifier in ${through}. One of these statements names ${callerArn} or its account: ${JSON.stringify(statementsOf(role.trustPolicy))}`,
      remedy,
    );
  const [why] = entered.flatMap(([, attempt]) => whyNoProof(attempt, trust) ?? []);
  return why === undefined
    ? verdict.pass(
        'AWS refused the verifier without an external ID and with a wrong one, and the trust policy lets Kolena in with the right one only.',
      )
    : verdict.unprovable(
        `The trust policy demands it, but whether AWS refuses without it is unproven. ${why}`,
        trust.problem?.remedy,
      );
}

/** Why an attempt does not prove that AWS refuses without the right external ID; `undefined` when it does. */
function whyNoProof(attempt: Attempt<unknown>, { kind, removed }: TrustForVerifier): string | undefined {
  if (attempt.outcome === 'skipped') return attempt.message;
  if (attempt.outcome === 'ok') return 'AWS let the verifier in.';
  const { code, message } = attempt.refusal;
  // Only `AccessDenied` is proof; throttling and outages also return errors.
  if (code !== 'AccessDenied') return `AWS answered ${code}: ${message}`;
  // Without the statement AWS refuses the verifier whatever the external ID.
  return kind === 'temporary' && removed?.stood === false
    ? 'Another check of the role, or somebody else, removed the statement of this one meanwhile, so a refusal proves nothing.'
    : undefined;
}

/** The live statement that lets Kolena's principal in without or with a wrong external ID. */
function statementWithoutExternalId({ kolenaPrincipalArn }: Expectations, { trustPolicy }: ObservedRole) {
  const principals = namesOfCaller(kolenaPrincipalArn);
  const contexts = [beforeAnyEnd, { ...beforeAnyEnd, 'sts:ExternalId': wrongExternalId }];
  const decisions = contexts.map((context) =>
    evaluatePolicies([trustPolicy], {
      ...{ action: 'sts:AssumeRole', principals, context },
      // What Kolena bears beside it is not known.
      mayHold: (key) => key !== 'sts:externalid',
    }),
  );
  const statement = decisions.find(({ decision }) => decision === 'allowed')?.statement;
  return statement && `the statement ${JSON.stringify(statement)}`;
}

function temporaryTrust({ trust }: Observations): Check | undefined {
  const verdict = about('temporary-trust', {});
  if (trust.removed?.done === false) return verdict.fail(trust.removed.evidence);
  const cleared = trust.leftovers ? ' An earlier check that was killed had left one; it is gone.' : '';
  if (trust.removed !== undefined) return verdict.pass(`${trust.removed.evidence}${cleared}`);
  if (!trust.leftovers) return undefined;
  return verdict.warning(
    'An earlier check that was killed left a statement in the trust policy, which has expired or will within minutes.',
    'Run `command: verify` with `verify: assume`, or `command: apply`: both clear it.',
  );
}
