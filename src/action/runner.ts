import type { AccessChange } from '../access/access-change.ts';
import { appendFileSync } from 'node:fs';
import * as core from '@actions/core';
import type { FailureReason, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Check } from '../verify/check.ts';
import { maskOf, maskOfCredentials, type Mask, type Secrets } from '../report/mask.ts';

/** The Action's outputs by their contract names; lists and objects are written as JSON. */
export interface Outputs {
  readonly 'role-arn'?: string;
  readonly 'role-name'?: string;
  readonly 'policy-arns'?: readonly string[];
  readonly 'has-changes'?: boolean;
  readonly 'to-add'?: number;
  readonly 'to-change'?: number;
  readonly 'to-destroy'?: number;
  readonly 'to-import'?: number;
  readonly 'plan-digest'?: string;
  readonly 'plan-json-path'?: string;
  readonly 'terraform-json-path'?: string;
  readonly 'comment-id'?: number;
  readonly 'comment-url'?: string;
  readonly 'access-change'?: AccessChange['direction'];
  readonly verified?: boolean;
  readonly checks?: readonly Check[];
  readonly 'failure-reason'?: FailureReason;
  readonly skipped?: boolean;
}

/** What GitHub's runner shows and keeps of a run. Everything that passes through is masked. */
export interface Runner extends Log {
  notice(message: string): void;
  /** Keeps the line that the log ends with. */
  verdict(line: string): void;
  /** Prints the last line, after all else. */
  end(): void;
  /** Prints the run's one `::error` and makes the run fail. */
  fail(error: UserError): void;
  output(outputs: Outputs): void;
  /** Appends Markdown to the job summary; a local run without one skips it. */
  summary(markdown: string): void;
  /** Hides a key or token in everything that is shown from here on. */
  mask(secret: string): void;
  /** Hides external IDs and account IDs in everything that is shown from here on. */
  hide(secrets: Secrets): void;
  /** A text with everything hidden that has to be. */
  masked(text: string): string;
}

/**
 * What the runner trims off a line before it looks for a command: .NET's white space, which has U+0085 beyond JavaScript's.
 * https://learn.microsoft.com/dotnet/api/system.char.iswhitespace
 */
const WHITE_SPACE = String.raw`[\s\u0085]`;

/** `::name::` at the start of a line, and the old `##[name]` anywhere. */
const COMMAND = new RegExp(String.raw`((?:^|[\r\n\u0085\u2028\u2029])${WHITE_SPACE}*:)(?=:)|(##)(?=\[)`, 'g');

/**
 * A text that the runner shows and never obeys: Terraform prints what others wrote, such as the ID of a CORS rule.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
function escapeCommands(text: string): string {
  return text.replace(COMMAND, '$1$2\u200B');
}

/** GitHub's runner through workflow commands and its files; whatever it shows is masked. */
export function githubRunner(env: NodeJS.ProcessEnv): Runner {
  let mask: Mask = (text) => text;
  let maskCredentials: Mask = (text) => text;
  const credentials = new Set<string>();
  const masked: Mask = (text) => mask(maskCredentials(text));
  let verdict: string | undefined;
  const info = (line: string) => {
    core.info(escapeCommands(masked(line)));
  };
  return {
    masked,
    info,
    verdict: (line) => {
      verdict = line;
    },
    end: () => {
      if (verdict !== undefined) info(verdict);
    },
    hide: (secrets) => {
      mask = maskOf(secrets);
    },
    warning: (message) => {
      core.warning(masked(message));
    },
    notice: (message) => {
      core.notice(masked(message));
    },
    group: (name, work) => core.group(masked(name), work),
    fail: ({ reason, message, remedy, detail }) => {
      core.setFailed(masked(`${message}\nNext step: ${remedy}\n${detail}`.trimEnd()));
      core.setOutput('failure-reason', reason);
    },
    output: (outputs) => {
      for (const [name, value] of Object.entries(outputs) as [string, unknown][])
        core.setOutput(name, masked(typeof value === 'string' ? value : JSON.stringify(value)));
    },
    summary: (markdown) => {
      const file = env['GITHUB_STEP_SUMMARY'];
      if (file) appendFileSync(file, `${markdown}\n`);
    },
    mask: (secret) => {
      // The runner's own mask reaches neither comments nor outputs.
      maskCredentials = maskOfCredentials([...credentials.add(secret)]);
      if (env['GITHUB_ACTIONS'] === 'true') core.setSecret(secret);
    },
  };
}
