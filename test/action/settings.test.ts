import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseSettings } from '../../src/action/settings.ts';

const region = { 'aws-region': 'us-east-1' };

describe('parseSettings', () => {
  it('fills in the defaults of the contract', () => {
    expect(parseSettings(region)).toEqual({
      command: 'plan',
      'aws-region': 'us-east-1',
      'allowed-account-ids': [],
      'aws-provider-version': '>= 5.100.0, < 7.0.0',
      'backend-config': {},
      'lock-timeout': '5m',
      comment: 'always',
      'comment-key': 'default',
      labels: false,
      'require-approved-plan': false,
      'fail-on-changes': false,
      'drift-issue': false,
      'allow-destroy': false,
      'apply-on-pull-request': false,
      destroy: false,
      verify: 'assume',
      'verify-timeout': 120,
      'mask-aws-account-id': false,
      'mask-external-id': true,
      'working-directory': '.',
    });
  });

  it('reads lists one item per line, and pairs at the first equals sign', () => {
    const settings = parseSettings({
      ...region,
      'allowed-account-ids': '111122223333\n\n  444455556666 ',
      backend: 's3',
      'backend-config': 'bucket=state\nkey=a=b',
    });
    expect(settings['allowed-account-ids']).toEqual(['111122223333', '444455556666']);
    expect(settings['backend-config']).toEqual({ bucket: 'state', key: 'a=b' });
  });

  it('takes account IDs with commas between, and says why an ID may lack its first digit', () => {
    const ids = (text: string) =>
      parseSettings({ ...region, 'allowed-account-ids': text })['allowed-account-ids'];
    expect(ids('011122223333, 444455556666,')).toEqual(['011122223333', '444455556666']);
    // YAML's number 011122223333.
    expect(() => ids('11122223333')).toThrow(/12 digits.*in quotes, or YAML takes a zero/);
  });

  it.each(['report.html', 'evidence/report.JSON', '/tmp/r.htm', '../report.json'])(
    'takes %s for report-path',
    (path) => {
      expect(parseSettings({ ...region, 'report-path': path })['report-path']).toBe(path);
    },
  );

  it.each(['report', 'reports/', '.html', 'reports/.json', 'report.pdf'])(
    'refuses %s for report-path, and says what is allowed',
    (path) => {
      expect(() => parseSettings({ ...region, 'report-path': path })).toThrow(
        /report-path: .* a file that ends in \.html or \.json/,
      );
    },
  );

  it.each(['1.11.4', 'v1.11.4', '~> 1.11', '>= 1.10, < 2.0', '1.12.0-beta1'])(
    'takes %s for a Terraform version',
    (version) => {
      const settings = parseSettings({ ...region, 'terraform-version': version });
      expect(settings['terraform-version']).toBe(version);
    },
  );

  it.each(['true', 'True', 'TRUE'])('reads %s as true', (text) => {
    expect(parseSettings({ ...region, 'allow-destroy': text })['allow-destroy']).toBe(true);
  });

  it.each([
    ['command', 'deploy', 'synth, plan, apply, verify or destroy'],
    ['aws-region', 'virginia', 'an AWS region'],
    ['role-to-assume', 'arn:aws:iam::1:role/x', 'the ARN of an IAM role'],
    ['role-session-name', 'a b', '2 to 64'],
    ['role-duration-seconds', '899', '900 to 43200'],
    ['allowed-account-ids', '1234', '12 digits'],
    ['backend-config', 'bucket', 'key=value'],
    ['comment', 'sometimes', 'always, on-change or never'],
    ['allow-destroy', 'yes', 'true or false'],
    ['verify', 'no', 'assume, simulate or off'],
    ['verify-object', 'just-a-bucket', 's3://bucket/key'],
    ['verify-timeout', '2m', 'whole number of seconds'],
    ['verify-principal-arn', 'arn:aws:s3:::bucket', 'the ARN of an IAM role or user'],
    ['terraform-version', 'latest', "Terraform's version constraint"],
    ['terraform-version', '1.11.x', "Terraform's version constraint"],
    ['aws-region', 'eusc-de-east-1', 'partitions aws, aws-cn, aws-us-gov; the European Sovereign Cloud'],
    ['aws-region', 'us-iso-east-1', 'partitions aws, aws-cn, aws-us-gov; the European Sovereign Cloud'],
    ['lock-timeout', '5 minutes', 'a duration in hours, minutes and seconds, such as 5m'],
    ['backend', 'cloud', 'remote, with a workspace whose execution mode is Local'],
    ['backend', 'S3 bucket', 'the name of a Terraform backend'],
  ])('refuses %s "%s" and says what is allowed', (name, value, allowed) => {
    const parse = () => parseSettings({ ...region, [name]: value });
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(name);
    expect(parse).toThrow(JSON.stringify(value));
    expect(parse).toThrow(allowed);
  });

  it('names every problem at once', () => {
    const parse = () => parseSettings({ ...region, command: 'x', comment: 'y', verify: 'z' });
    for (const name of ['3 problems', 'command', 'comment', 'verify']) expect(parse).toThrow(name);
  });

  it('refuses backend-config without a backend', () => {
    expect(() => parseSettings({ ...region, 'backend-config': 'bucket=state' })).toThrow('backend');
  });
});
