import { marked } from 'marked';
import { defined } from '../base/defined.ts';
import type { Detail } from './detail.ts';
import { humanTime } from '../base/time.ts';
import { code, fence, link, prose, table } from './markdown.ts';
import { type Mask, maskedReport } from './mask.ts';
import { changeOf, reportBlocks, verdictOf } from './render.ts';
import type { Report, Review } from './report.ts';
import { actionVersion } from './version.ts';

const everything: Detail = { rawDiff: true, unchanged: true, rows: Infinity, clip: Infinity };

/** A run as evidence to keep: a JSON object of named fields alone, with every secret masked. */
export function evidenceJson(report: Report, mask: Mask): string {
  const shown = maskedReport(report, mask);
  const { command, outcome, time, commit, runUrl, review, plan, digest, facts = [], desired } = shown;
  const { plannedChecks, checks, failure, notes } = shown;
  const lines = facts.map(({ change, text }) => `${change === 'comes' ? '+' : '-'} ${text}`);
  const evidence = defined({
    verdict: verdictOf(shown),
    command,
    outcome,
    time,
    commit,
    runUrl,
    pullRequest: review,
    versions: versionsOf(shown),
    accessChange: plan && changeOf(shown)?.direction,
    plan: plan && { digest, counts: plan.counts, changes: lines },
    plannedChecks,
    checks,
    documents: documentsOf(shown),
    warnings: desired?.warnings,
    notes,
    failure,
  });
  return `${JSON.stringify(evidence, undefined, 2)}\n`;
}

/** The same for people: an HTML page that loads nothing, runs nothing and prints whole, with every secret masked. */
export function evidencePage(report: Report, mask: Mask): string {
  const shown = maskedReport(report, mask);
  const blocks = [...reportBlocks(shown, everything), ...runSection(shown), ...documentSections(shown)];
  // The report writes all HTML in the Markdown itself: data stands in code spans and fences, which escape it.
  const body = marked
    .parse(blocks.join('\n\n'), { async: false, gfm: true })
    .replaceAll('<details>', '<details open>')
    .replace(/<blockquote>\s*<p>\[!(\w+)\]\s*/g, '<blockquote><p><strong>$1</strong><br>');
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Kolena S3 access, ${humanTime(shown.time)}</title>
<style>${style}</style>
</head>
<body>
${body}</body>
</html>
`;
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2rem .6rem;text-align:left;vertical-align:top}' +
  'pre{background:#f3f3f3;padding:.6rem}pre,code{white-space:pre-wrap;overflow-wrap:anywhere}' +
  'blockquote{border-left:.3rem solid #b35900;margin-left:0;padding-left:1rem}' +
  'details{margin:1rem 0}summary{font-weight:bold}tr{break-inside:avoid}';

/** Of the style, as browsers compute it; a test holds it. */
const styleHash = '5ExrS5g2hVUjyfwoFsRW4xVbVvOUnZCcdVcZkpng3v8=';

function versionsOf({ versions }: Report) {
  return { action: actionVersion, ...versions };
}

function runSection(report: Report): string[] {
  const { commit, runUrl, time, review = 'nobody asked GitHub for it' } = report;
  const { action, terraform, provider } = versionsOf(report);
  const rows = [
    ['Run', runUrl === undefined ? 'outside of GitHub' : link('run', runUrl)],
    ['Time', humanTime(time)],
    ['Commit', commit === undefined ? 'not known' : code(commit)],
    ['kolena-s3-access', code(action)],
    ['Terraform or OpenTofu', terraform === undefined ? 'not used' : code(terraform)],
    ['AWS provider', provider === undefined ? 'not used' : code(provider)],
    ...(typeof review === 'string' ? [['Pull request', `not known: ${prose(review)}`]] : reviewRows(review)),
  ];
  return ['## This run', table(['What', 'Value'], rows)];
}

function reviewRows({ number, url, author, approvers, mergedBy }: Review): string[][] {
  const approved = approvers.map(({ login, commit }) => `${code(login)}, commit ${code(commit.slice(0, 7))}`);
  return [
    ['Pull request', link(`number ${number}`, url)],
    ['Author', code(author)],
    ['Approved by', approved.join('; ') || 'nobody'],
    ['Merged by', mergedBy === undefined ? 'not merged when this page was written' : code(mergedBy)],
  ];
}

function documentsOf({ standing, observed }: Report) {
  const read = standing ?? (observed?.caller && observed);
  if (read === undefined) return undefined;
  const rules: (readonly [string, unknown])[] =
    standing === undefined
      ? Object.entries(observed?.buckets ?? {}).map(([bucket, { corsRules }]) => [bucket, corsRules])
      : Object.entries(standing.buckets).map(([bucket, { corsRules: seen }]) => [
          bucket,
          seen.outcome === 'ok' ? seen.value : 'not read',
        ]);
  return {
    trustPolicy: read.role?.trustPolicy ?? 'There was no role.',
    policies: Object.fromEntries(read.policies.map(({ name, document }) => [name, document])),
    corsRules: Object.fromEntries(rules),
  };
}

function documentSections(report: Report): string[] {
  const documents = documentsOf(report);
  if (documents === undefined) return ['## Documents in AWS', 'They were not read.'];
  const { trustPolicy, policies, corsRules } = documents;
  const when = report.standing ? 'when it was verified' : report.writesDone ? 'before the apply' : 'today';
  const named = (title: string, all: object) =>
    Object.entries(all).flatMap(([name, value]) => [
      `### ${title} ${name === '' ? '' : code(name)}`,
      fence('text', JSON.stringify(value, undefined, 2)),
    ]);
  return [
    `## Documents in AWS ${when}`,
    ...named('Trust policy of the role', { '': trustPolicy }),
    ...named('Policy', policies),
    ...named('CORS rules of bucket', corsRules),
  ];
}
