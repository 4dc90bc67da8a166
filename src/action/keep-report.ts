import { resolve } from 'node:path';
import { messageOf } from '../problem/github-error.ts';
import type { Report, Review } from '../report/report.ts';
import type { CommentProps } from './report-run.ts';

type KeepProps = Pick<CommentProps, 'runner' | 'writeFile' | 'settings' | 'pullRequests' | 'target'>;

/** Writes the page of `report-path`. What hinders it is a warning: the run did what it did. */
export async function keepReport(report: Report, props: KeepProps): Promise<void> {
  const { runner, writeFile, settings } = props;
  const path = settings['report-path'];
  if (path === undefined) return;
  try {
    // With its Markdown parser a file of its own in the bundle: most runs keep no page.
    const { evidenceJson, evidencePage } = await import('../report/evidence.ts');
    const render = /\.json$/i.test(path) ? evidenceJson : evidencePage;
    const whole = { ...report, review: await reviewOf(props) };
    const text = render(whole, runner.masked);
    runner.info(`Kept as evidence: ${writeFile(resolve(settings['working-directory'] ?? '.', path), text)}`);
  } catch (error) {
    runner.warning(
      `The page of \`report-path\`, ${path}, could not be written (${messageOf(error)}). The run itself is not affected.\nNext step: Name a file in a folder that the job's user is allowed to write to, and make room on the disk.`,
    );
  }
}

async function reviewOf({ pullRequests, target }: KeepProps): Promise<Review | string> {
  if (pullRequests === undefined) return 'there is no GitHub token.';
  try {
    const found = await target();
    if (found === undefined) return 'this run does not belong to a pull request.';
    return 'kind' in found ? found.message : await pullRequests.review(found.number);
  } catch (error) {
    return `GitHub could not be asked: ${messageOf(error)}`;
  }
}
