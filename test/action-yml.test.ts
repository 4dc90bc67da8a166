import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSettings, settingNames } from '../src/action/settings.ts';
import type { AccessConfig } from '../src/config/access-config.ts';
import { accessKeys } from '../src/config/parse.ts';
import { configOf } from './config/configs.ts';

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

const required = ['buckets', 'kolena-principal-arn'];

const isEmpty = (value: unknown) =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** The config's property for a key: `roleName` for `role-name`. */
const propertyOf = (key: string) =>
  key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof AccessConfig;

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

  it('states each default of the settings, and no other', () => {
    const region = { 'aws-region': 'us-east-1' };
    const byDefault = parseSettings(region);
    const stated = settingNames.flatMap((name) => {
      const value = action.inputs[name]?.default;
      return value === undefined || value.startsWith('${{') ? [] : [[name, value] as const];
    });
    for (const [name, value] of stated)
      expect(parseSettings({ ...region, [name]: value })).toEqual(byDefault);
    const defaulted = Object.entries(byDefault).filter(
      ([name, value]) => !(name in region || isEmpty(value)),
    );
    expect(stated.map(([name]) => name).sort()).toEqual(defaulted.map(([name]) => name).sort());
  });

  it('describes each default of the access config as it is', () => {
    for (const name of accessKeys.filter((key) => !required.includes(key))) {
      const described = /Default: `?([^`]*?)`?\.$/.exec(action.inputs[name]?.description ?? '')?.[1];
      if (described === 'none') expect(isEmpty(configOf()[propertyOf(name)]), name).toBe(true);
      else expect(configOf({ [name]: described ?? 'no default' }), name).toEqual(configOf());
    }
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
      'access-change',
      'comment-url',
      'kolena-last-seen',
      'verified',
      'checks',
      'checks-path',
      'failure-reason',
      'skipped',
    ]);
  });

  it('runs the bundle on Node 24, with branding for the Marketplace', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    expect(action.branding).toEqual({ icon: 'shield', color: 'purple' });
  });
});
