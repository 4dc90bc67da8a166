import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { accessKeys } from '../src/config/parse.ts';
import { settingNames } from '../src/action/settings.ts';

interface Described {
  readonly description?: string;
  readonly default?: string;
}

const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Record<string, Described>;
  readonly outputs: Record<string, Described>;
  readonly runs: { readonly using: string; readonly main: string };
  readonly branding: { readonly icon: string; readonly color: string };
};

describe('action.yml', () => {
  it('names exactly the inputs that are read', () => {
    expect(Object.keys(action.inputs).sort()).toEqual([...accessKeys, ...settingNames].sort());
  });

  it('describes every input and output', () => {
    for (const [name, { description }] of Object.entries({ ...action.inputs, ...action.outputs }))
      expect(description, name).toMatch(/\w+/);
  });

  it('gives no access input a default, which would override the config file', () => {
    for (const name of accessKeys) expect(action.inputs[name]?.default, name).toBeUndefined();
  });

  it('offers the outputs of the contract', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'role-arn',
      'role-name',
      'policy-arns',
      'has-changes',
      'to-add',
      'to-change',
      'to-destroy',
      'to-import',
      'plan-digest',
      'plan-json-path',
      'terraform-json-path',
      'comment-id',
      'comment-url',
      'verified',
      'checks',
      'failure-reason',
      'skipped',
    ]);
  });

  it('runs the bundle on Node 24, with branding for the Marketplace', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    expect(action.branding).toEqual({ icon: 'shield', color: 'purple' });
  });
});
