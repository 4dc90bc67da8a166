import type { AccessConfig } from '../config/access-config.ts';
import type { CorsRemoval, DesiredAccess, DesiredCors } from '../access/desired-access.ts';
import type { Caller, Observed } from '../access/observed.ts';
import type { TrailFinding } from '../access/role-use.ts';
import type { TrailResource } from '../plan/drift.ts';
import type { Expectations } from '../verify/expectations.ts';
import type { Attempt, Observations, SimulationAnswer, SimulationQuestion } from '../verify/observations.ts';
import { awsClients } from './clients.ts';
import { systemClock } from './clock.ts';
import { lastChanges } from './cloud-trail/last-changes.ts';
import { kolenaInTrail } from './cloud-trail/kolena-in-trail.ts';
import { putBackCors, type ReadRules, removeKolenaRules, requireUnchangedCors } from './cors.ts';
import { observe, type ObserveProps } from './observe/observe.ts';
import { probeAccess } from './probe/probe.ts';
import type { ProbeOptions } from './probe/probe-context.ts';
import { maskedKeys, signIn, type SignInProps } from './sign-in/sign-in.ts';
import { simulate } from './probe/simulate.ts';
import { explained } from '../problem/step-error.ts';

export { missingCredentials } from '../problem/sign-in-error.ts';

/** AWS, signed in. */
export interface Aws {
  readonly caller: Caller;
  /** `asksQuota`: whether the account's quota of policies per role matters. */
  observe(
    config: AccessConfig,
    options: Required<Pick<ObserveProps, 'asksQuota' | 'isRemoval'>> & Pick<ObserveProps, 'former'>,
  ): Promise<Observed>;
  /** Throws `plan-changed` when a bucket's CORS rules are not those that the plan was made from. */
  requireUnchangedCors(observed: Observed): Promise<void>;
  removeKolenaRules(removals: readonly CorsRemoval[]): Promise<void>;
  /** Writes the rules that Terraform did not write, or whose order it lost, and gives all of them as read then. */
  putBackCors(cors: readonly DesiredCors[]): Promise<readonly ReadRules[]>;
  simulatePlanned(
    desired: DesiredAccess,
    questions: readonly SimulationQuestion[],
  ): Promise<Attempt<readonly SimulationAnswer[]>>;
  probe(expectations: Expectations, observed: Observed, options: ProbeOptions): Promise<Observations>;
  /** When Kolena last assumed the role, as far as this run is allowed to see; never throws. */
  kolenaInTrail(config: AccessConfig, observed: Observed): Promise<TrailFinding>;
  /** Who changed these last, a sentence each, as far as the credentials let it look. */
  lastChanges(resources: readonly TrailResource[]): Promise<readonly string[]>;
  /** `AWS_*` variables for a child process. */
  environment(): Promise<Record<string, string>>;
}

/** Signs in; undefined when there is no role to assume and no ambient credentials at all. */
export async function openAws(props: SignInProps): Promise<Aws | undefined> {
  const session = await signIn(props);
  if (session === undefined) return undefined;
  const { caller, clients } = session;
  const { env, log, mask, region } = props;
  const say = <T>(work: Promise<T>) => explained(region, work);
  return {
    caller,
    environment: () => session.environment(),
    observe: (config, options) => say(observe({ clients, caller, config, log, ...options })),
    requireUnchangedCors: (observed) => say(requireUnchangedCors(clients, observed)),
    removeKolenaRules: (removals) => say(removeKolenaRules(clients, removals)),
    putBackCors: (cors) => say(putBackCors(clients, cors)),
    simulatePlanned: (desired, questions) => say(simulate(clients.iam, desired, questions)),
    kolenaInTrail: ({ kolenaPrincipalArn }, { role, buckets }) =>
      kolenaInTrail({
        ...{ clients, env, clock: systemClock, kolenaPrincipalArn },
        roleArn: role?.arn ?? '',
        regions: Object.values(buckets).map(({ region: at }) => at),
      }),
    lastChanges: (resources) => lastChanges({ clients, env, clock: systemClock }, resources),
    probe: (expectations, observed, options) =>
      say(
        probeAccess({
          clients,
          caller,
          expectations,
          observed,
          options,
          log,
          sessionClients: (keys) => {
            const credentials = async () => maskedKeys(await keys(), mask);
            const { region, http } = clients;
            return awsClients({ region, credentials, env, http, bucketOwner: caller.accountId });
          },
        }),
      ),
  };
}
