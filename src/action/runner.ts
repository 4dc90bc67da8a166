import type { AccessChange } from '../access/access-change.ts';
import { appendFileSync } from 'node:fs';
import { EOL } from 'node:os';
import { relative, sep } from 'node:path';
import { defined } from '../base/defined.ts';
import { saidBy, type FailureReason, type Place, type UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Check } from '../verify/check.ts';
import { fitChecks } from './fit-checks.ts';
import { maskOf, maskOfCredentials, type Mask, type Secrets } from '../report/mask.ts';
import { printCommand, writeOutput } from './workflow-commands.ts';

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
  readonly 'checks-path'?: string;
  readonly 'failure-reason'?: FailureReason;
  /** ISO 8601; empty when it is not known. */
  readonly 'kolena-last-seen'?: string;
  readonly skipped?: boolean;
}

/** What GitHub's runner shows and keeps of a run. Everything that passes through is masked. */
export interface Runner extends Log {
  notice(message: string): void;
  /** Keeps the line that the log ends with. */
  verdict(line: string): void;
  /** Prints the run's one `::error` and makes the run fail. */
  fail(error: UserError): void;
  output(outputs: Outputs): void;
  /** Appends Markdown to the job summary; a local run without one skips it. */
  summary(markdown: string): void;
  /** Hides a key or token in everything that is shown from here on. */
  readonly mask: (secret: string) => void;
  /** Hides external IDs and account IDs in everything that is shown from here on. */
  hide(secrets: Secrets): void;
  /** A text with everything hidden that has to be. */
  readonly masked: Mask;
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

function unwrittenText(unwritten: ReadonlyMap<string, string>): string {
  const files = [...unwritten].map(([name, why]) => `${name} could not be written: ${why}.`).join(' ');
  return (
    `The run is done, but later steps get no complete outputs or summary of it. ${files}\n` +
    "Next step: let the job's user write to the runner's files (in a container: `options: --user 0`, or the runner's user), make room on the disk, and run again."
  );
}

/** Of one step and kind, GitHub shows ten. https://docs.github.com/rest/checks/runs */
const MOST_ANNOTATIONS = 9;

/** GitHub shows an annotation beside a line of "Files changed" when its path is the repository's. */
function annotationAt({ file, line }: Place, env: NodeJS.ProcessEnv) {
  const path = relative(env['GITHUB_WORKSPACE'] ?? '', file);
  return { file: path.startsWith('..') ? file : path.split(sep).join('/'), line };
}

/** GitHub's runner through workflow commands and its files; whatever it shows is masked. */
export function githubRunner(env: NodeJS.ProcessEnv) {
  let mask: Mask = (text) => text;
  let maskCredentials: Mask = (text) => text;
  const credentials = new Set<string>();
  const masked: Mask = (text) => mask(maskCredentials(text));
  const unwritten = new Map<string, string>();
  // A container as another user, or a full disk: comment and AWS are worth more than the file.
  const writing = (name: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      unwritten.set(name, saidBy(error));
    }
  };
  let hasFailed = false;
  let verdict: string | undefined;
  const info = (line: string) => {
    process.stdout.write(`${escapeCommands(masked(line))}${EOL}`);
  };
  const runner: Runner = {
    masked,
    info,
    verdict: (line) => {
      verdict = line;
    },
    hide: (secrets) => {
      mask = maskOf(secrets);
    },
    warning: (message) => printCommand('warning', masked(message)),
    notice: (message) => printCommand('notice', masked(message)),
    group: async (name, work) => {
      printCommand('group', masked(name));
      try {
        return await work();
      } finally {
        printCommand('endgroup');
      }
    },
    fail: ({ reason, message, remedy, detail, places }) => {
      hasFailed = true;
      process.exitCode = 1;
      const [first, ...further] = places;
      const text = `${message}\nNext step: ${remedy}\n${detail}`.trimEnd();
      printCommand('error', masked(text), first && annotationAt(first, env));
      // A run has one error: what stands on further lines is shown there as a warning.
      for (const place of further.slice(0, MOST_ANNOTATIONS))
        printCommand('warning', masked(place.problem), annotationAt(place, env));
      writing('GITHUB_OUTPUT', () => writeOutput('failure-reason', reason));
    },
    output: (outputs) => {
      const { checks } = outputs;
      const fitting = { ...outputs, ...defined({ checks: checks && fitChecks(checks) }) };
      for (const [name, value] of Object.entries(fitting) as [string, unknown][])
        writing('GITHUB_OUTPUT', () =>
          writeOutput(name, masked(typeof value === 'string' ? value : JSON.stringify(value))),
        );
    },
    summary: (markdown) => {
      const file = env['GITHUB_STEP_SUMMARY'];
      if (file) writing('GITHUB_STEP_SUMMARY', () => appendFileSync(file, `${markdown}\n`));
    },
    mask: (secret) => {
      // The runner's own mask reaches neither comments nor outputs.
      maskCredentials = maskOfCredentials([...credentials.add(secret)]);
      if (env['GITHUB_ACTIONS'] === 'true') printCommand('add-mask', secret);
    },
  };
  /** Says, as the run's error unless it has one, which of the runner's files could not be written; the verdict comes last. */
  const finish = () => {
    if (unwritten.size > 0) {
      const text = masked(unwrittenText(unwritten));
      process.exitCode = 1;
      printCommand(hasFailed ? 'warning' : 'error', text);
    }
    if (verdict !== undefined) info(verdict);
  };
  return { ...runner, finish };
}
