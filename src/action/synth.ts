import { decide, decideUnobserved } from './decide.ts';
import type { RunContext } from './run-context.ts';

/** Writes the Terraform JSON of what shall stand; without credentials, of what the config alone says. */
export async function synth(run: RunContext): Promise<void> {
  const { edges, settings, stackSettings, report } = run;
  const aws = await edges.trySignIn(settings);
  if (aws === undefined)
    report.note(
      'No AWS credentials: nothing was observed, so what exists is neither adopted nor kept in this JSON.',
    );
  const desired = aws === undefined ? decideUnobserved(run) : (await decide(run, aws)).desired;
  const stack = await edges.loadStack();
  const json = stack.synthesizeAccess(desired, stackSettings);
  report.output({ 'terraform-json-path': edges.writeFile('cdk.tf.json', json) });
  report.add({ desired, outcome: 'synthesized' });
}
