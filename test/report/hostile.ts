import { kolenaRule } from '../../src/cors/rule-set.ts';
import fc from 'fast-check';
import type { Report } from '../../src/report/report.ts';
import type { Check } from '../../src/verify/check.ts';
import { recordedReport } from './recorded.ts';

const signs = [
  '`',
  '``',
  '```',
  '~~~',
  '|',
  '\\|',
  '\\',
  '\n',
  '\r\n',
  '\n\n',
  '\t',
  ' ',
  '@octocat',
  '@org/team',
  '#12',
  'GH-7',
  'KEY-9',
];
const markup = [
  '</details>',
  '<details>',
  '<b>',
  '<!--',
  '-->',
  '--',
  '&#64;',
  '&lt;',
  '**',
  '__',
  '*',
  '_',
  '~~',
  '[a](b)',
  '![',
  '](',
  '$$',
];
const blocks = [
  '# ',
  '- ',
  '1. ',
  '2) ',
  '> ',
  '===',
  '---',
  '    ',
  '| a | b |',
  '|---|---|',
  '```mermaid',
  '\n```\n',
  '[x]: https://evil.example',
];
const links = [
  'https://evil.example',
  'www.evil.example',
  'a@evil.example',
  'mailto:a@b.co',
  'https:',
  'www.',
  'http://evil.example',
  'deadbeef1',
  'deadbeefdeadbeef',
  ':tada:',
  'octo/repo#1',
];
const others = [
  '"]',
  '"',
  '%%{init: {}}%%',
  'end',
  ';',
  'click a b',
  '\u202e',
  '\u200b',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ud800',
  '😀',
  'ü',
  '***',
];

/** Text with everything in it that means something to Markdown, HTML, GitHub or Mermaid. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...signs, ...markup, ...blocks, ...links, ...others),
      fc.string({ maxLength: 6 }),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

/** A report in which hostile text stands wherever data can. */
export function hostileReport(text: (at: number) => string, rows: number): Report {
  const report = recordedReport('change');
  const { desired, plan, config, observed } = report;
  if (!desired?.role || !plan || !config || !observed?.role) throw new Error('the recorded report is whole');
  let at = 0;
  const next = () => text(at++);
  const statement = () => ({
    Sid: next(),
    Effect: 'Allow' as const,
    Action: [next(), 's3:GetObject'],
    Resource: [`arn:aws:s3:::${next()}`, `arn:aws:s3:::${next()}/*`],
    Condition: { [next()]: { [next()]: next() } },
  });
  const document = () => ({ Version: '2012-10-17', Statement: [statement(), statement()] });
  const rule = () => ({
    ID: next(),
    AllowedMethods: ['GET'],
    AllowedOrigins: [next()],
    AllowedHeaders: [next()],
  });
  const check = (status: Check['status']): Check => ({
    id: 'x',
    title: next(),
    status,
    evidence: next(),
    remedy: `${next()}\n${next()}`,
  });
  const changes = Array.from({ length: rows }, (_, row) => ({
    address: next(),
    type: ['aws_iam_role', 'aws_iam_policy', next()][row % 3] ?? '',
    action: (['create', 'update', 'no-op', 'replace', 'delete', 'forget'] as const)[row % 6] ?? 'create',
    imported: row % 2 === 0,
    before: { name: next(), policy: JSON.stringify(document()), tags: { [next()]: next() } },
    after: {
      name: next(),
      policy: JSON.stringify(document()),
      tags: { [next()]: next() },
      description: next(),
    },
  }));
  const buckets = Array.from({ length: Math.min(rows, 40) }, next);
  return {
    ...report,
    backend: rows % 2 === 0,
    config: {
      ...config,
      buckets: buckets.map((bucket) => ({ bucket, prefix: next() })),
      kolenaPrincipalArn: next(),
    },
    observed: { ...observed, role: { ...observed.role, name: next(), trustPolicy: document() } },
    desired: {
      ...desired,
      role: { ...desired.role, name: next(), trustPolicy: document() },
      policies: buckets.map((bucket, number) => ({
        number,
        name: next(),
        path: '/',
        description: '',
        attached: false,
        document: {
          Version: '2012-10-17',
          Statement: [{ ...statement(), Resource: [`arn:aws:s3:::${bucket}`] }],
        },
      })),
      cors: buckets.map((bucket) => ({
        bucket,
        rules: { others: [], kolena: rule() },
        replacesOthers: false,
        exists: true,
        throughS3: false,
      })),
      removals: {
        policies: [],
        cors: [{ bucket: next(), region: next(), rules: { others: [rule()], kolena: kolenaRule(config) } }],
      },
      warnings: [{ id: 'w', message: next(), remedy: `${next()}\n\n${next()}` }],
    },
    plan: { ...plan, changes: [...plan.changes, ...changes] },
    rawDiff: Array.from({ length: 5 }, next).join('\n'),
    plannedChecks: [check('pass'), check('unprovable')],
    checks: [check('pass'), check('warning'), check('fail')],
    failure: { reason: 'plan-failed', message: next(), remedy: `${next()}\n${next()}` },
    notes: [next()],
    commit: next(),
    runUrl: 'https://github.com/octo-org/octo-repo/actions/runs/1',
  };
}
