import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ActionResult } from '../support/run-action.ts';
import { startScene, type Scene } from '../support/scene.ts';
import { stopAtFirstFailure } from '../support/story.ts';

let scene: Scene;
let path: string;

stopAtFirstFailure();
beforeAll(async () => {
  scene = await startScene();
  path = `${standIn(scene.terraform.binary)}${delimiter}${process.env['PATH'] ?? ''}`;
});
afterAll(() => scene.stop());

/**
 * A folder with a `tofu` that prints what OpenTofu prints: its own name, and its own registry in the addresses of providers
 * (https://opentofu.org/docs/internals/json-format/). The work is done by Terraform.
 */
function standIn(terraform: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tofu-'));
  const asOpenTofu =
    "sed -u -e 's#registry.terraform.io#registry.opentofu.org#g' -e 's/Terraform/OpenTofu/g'";
  const script = [
    '#!/usr/bin/env bash',
    'set -o pipefail',
    `{ ${terraform} "$@" 2>&3 | ${asOpenTofu}; } 3> >(${asOpenTofu} >&2)`,
  ];
  writeFileSync(join(folder, 'tofu'), `${script.join('\n')}\n`);
  chmodSync(join(folder, 'tofu'), 0o755);
  return folder;
}

async function withTofu(inputs: Record<string, string>): Promise<ActionResult> {
  const result = await scene.run({ 'terraform-path': 'tofu', ...inputs }, { env: { PATH: path } });
  expect(result.exitCode, result.log).toBe(0);
  return result;
}

test('OpenTofu plans the same change as Terraform, by digest', async () => {
  const byTerraform = await scene.run({ command: 'plan' });
  const { outputs, log, summary } = await withTofu({ command: 'plan', 'terraform-version': '>= 1.10' });
  expect(log).toContain('tofu plan');
  expect(log).toContain('OpenTofu will perform the following actions:');
  expect(outputs['to-add']).toBe('4');
  expect(outputs['plan-digest']).toBe(byTerraform.outputs['plan-digest']);
  expect(summary).toContain('+ resource "aws_iam_role" "kolena"');
});

test('OpenTofu applies it', async () => {
  expect((await withTofu({ command: 'apply' })).outputs).toMatchObject({ 'to-add': '4', verified: 'true' });
});

test('OpenTofu finds nothing to do afterwards, and destroys it', async () => {
  expect((await withTofu({ command: 'plan' })).outputs['has-changes']).toBe('false');
  const { outputs } = await withTofu({ command: 'destroy', 'allow-destroy': 'true' });
  expect(outputs['to-destroy']).toBe('4');
});
