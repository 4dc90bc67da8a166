import { runAction, type ActionResult, type ActionRun } from './run-action.ts';
import { seedExternalId } from './seed.ts';
import { localTerraform, type LocalTerraform } from './terraform.ts';
import { kolenaPrincipalArn, startWorld, type World } from './world.ts';

/** A world with the Action in it. */
export interface Scene {
  readonly world: World;
  readonly terraform: LocalTerraform;
  /**
   * Runs the Action as the deployer, with the page's access (`share-with-kolena`, Kolena's ARN, the external ID) unless
   * `inputs` say otherwise. An input of `''` is not given.
   */
  run(inputs: Readonly<Record<string, string>>, more?: Partial<ActionRun>): Promise<ActionResult>;
  stop(): Promise<void>;
}

/** The page's access as inputs. */
export const seedInputs = {
  buckets: 'share-with-kolena',
  'kolena-principal-arn': kolenaPrincipalArn,
  'kolena-external-id': seedExternalId,
  comment: 'never',
} as const;

/** Starts a world and finds Terraform. */
export async function startScene(): Promise<Scene> {
  const [world, terraform] = await Promise.all([startWorld(), localTerraform()]);
  return {
    world,
    terraform,
    run: (inputs, { env = {}, ...more } = {}) =>
      runAction({
        inputs: { ...seedInputs, ...inputs },
        env: { ...terraform.env, ...world.env(world.deployer), ...env },
        ...more,
      }),
    stop: () => world.stop(),
  };
}
