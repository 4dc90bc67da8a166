/** How observing and synthesizing grow with the number of buckets: milliseconds, and as a ratio to the smallest. */
import { decideAccess } from '../src/access/decide-access.ts';
import { parseAccessConfig } from '../src/config/parse.ts';
import { observe } from '../src/aws/observe/observe.ts';
import { signIn } from '../src/aws/sign-in/sign-in.ts';
import { synthesizeAccess } from '../src/stack/synthesize.ts';
import { kolenaPrincipalArn, startWorld } from '../test/support/world.ts';

const sizes = [250, 500, 1000];
const region = 'us-east-1';
const log = {
  info: () => undefined,
  warning: console.error,
  group: <T>(_: string, work: () => Promise<T>) => work(),
};

const world = await startWorld();
try {
  const names = Array.from({ length: Math.max(...sizes) }, (_, at) => `d${String(at).padStart(4, '0')}`);
  for (let at = 0; at < names.length; at += 50)
    await Promise.all(names.slice(at, at + 50).map((name) => world.createBucket({ name })));
  Object.assign(process.env, world.env(world.deployer));
  const session = await signIn({
    region,
    env: process.env,
    log,
    allowedAccountIds: [],
    mask: () => undefined,
  });
  if (session === undefined) throw new Error('no credentials');
  const { clients, caller } = session;
  // The first round warms up and is not counted.
  let first: { observed: number; synthesized: number } | undefined;
  for (const size of [100, ...sizes]) {
    const config = parseAccessConfig({
      buckets: names.slice(0, size),
      'kolena-principal-arn': kolenaPrincipalArn,
    });
    const [observed, observing] = await timed(() => observe({ clients, caller, config, log }));
    const [, synthesizing] = await timed(() => {
      const desired = decideAccess(config, observed, { region });
      return Promise.resolve(synthesizeAccess(desired, { awsProviderVersion: '>= 5.100.0, < 7.0.0' }));
    });
    if (size === 100) continue;
    first ??= { observed: observing / size, synthesized: synthesizing / size };
    const ratio = (ms: number, unit: number) => (ms / size / unit).toFixed(2);
    console.log(
      `| ${size} | ${observing.toFixed(0)} ms | ${ratio(observing, first.observed)} | ${synthesizing.toFixed(0)} ms | ${ratio(synthesizing, first.synthesized)} |`,
    );
  }
} finally {
  await world.stop();
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  return [await work(), performance.now() - started];
}
