import { isUntrustedCertificate, untrustedCertificateRemedy } from '../problem/network-error.ts';
import { UserError } from '../base/errors.ts';
import type { GitHub } from './client.ts';
import { findOurComments, type OurComment } from './our-comments.ts';
import { isRefused, messageOf, neededPermissions, statusOf } from '../problem/github-error.ts';

/** The `comment` input. */
export type CommentMode = 'always' | 'on-change' | 'never';

type Occasion = Pick<CommentTarget, 'mode' | 'changed'> & { readonly exists: boolean };

/** Whether to write: `on-change` also updates a comment that stands, so that it never shows what is no longer true. */
export function shouldComment({ mode, changed, exists }: Occasion): boolean {
  return mode === 'always' || (mode === 'on-change' && (changed || exists));
}

/** Where a comment goes, the `comment-key` that it is found by, and what it shall say. */
export interface CommentTarget {
  readonly number: number;
  readonly key: string;
  readonly mode: CommentMode;
  /** Whether the run has something new to say: changes or a failure. */
  readonly changed: boolean;
  /** The new body, given the comment as it stands. */
  readonly render: (previous: string | undefined) => string;
}

/** GitHub failed for a passing reason, and the comment is not up to date. */
export interface CommentWarning {
  readonly kind: 'warning';
  readonly message: string;
}

/** `left`: there is nothing to say. */
export type CommentResult = ({ readonly kind: 'saved' } & Saved) | { readonly kind: 'left' } | CommentWarning;

/** Creates or updates our one comment; throws UserError `comment-failed` when GitHub refuses. */
export async function saveComment(github: GitHub, target: CommentTarget): Promise<CommentResult> {
  if (target.mode === 'never') return { kind: 'left' };
  return orWarning(`pull request ${target.number}`, () => save(github, target));
}

/** The result of `work` for a comment on `where`; throws UserError `comment-failed` when GitHub refuses. */
export async function orWarning<T>(where: string, work: () => Promise<T>): Promise<T | CommentWarning> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('status' in error || error.name === 'GraphqlResponseError'))
      throw error;
    return { kind: 'warning', message: warningFor(error, where) };
  }
}

/** Why a comment is not up to date, which stops nothing; throws UserError `comment-failed` for a refusal. */
function warningFor(error: unknown, where: string): string {
  const message = messageOf(error);
  // No right of the job helps against a lock, and a plan does not fail because of it.
  if (/\block(?:ed)?\b/i.test(message))
    return `The comment on ${where} could not be written: its conversation is locked. The job summary has the result. Nothing can be approved there with \`require-approved-plan\`.`;
  if (isRefused(error))
    throw new UserError({
      reason: 'comment-failed',
      message: `GitHub refused the comment on ${where} with ${statusOf(error) ?? 'an error'}: ${message}`,
      remedy: `Give the job the right to write comments, or set \`comment: never\`.\n${neededPermissions(error)}`,
      cause: error,
    });
  const remedy = isUntrustedCertificate(message) ? `\nNext step: ${untrustedCertificateRemedy}` : '';
  return `The comment on ${where} is not up to date: GitHub kept failing (${message}). The job summary has the result.${remedy}`;
}

async function save(github: GitHub, target: CommentTarget): Promise<CommentResult> {
  const [oldest, ...younger] = await findOurComments(github, target);
  if (!shouldComment({ ...target, exists: oldest !== undefined })) return { kind: 'left' };
  if (oldest === undefined) return { kind: 'saved', ...(await createAlone(github, target)) };
  const saved = await update(github, target, oldest);
  for (const { id } of younger) await remove(github, id);
  return { kind: 'saved', ...saved };
}

/** Two first runs of a pull request may both have found none: the older comment, which both see now, stays. */
async function createAlone(github: GitHub, target: CommentTarget): Promise<Saved> {
  const own = await create(github, target);
  const [oldest] = await findOurComments(github, target);
  if (oldest === undefined || oldest.id === own.id) return own;
  const saved = await update(github, target, oldest);
  await remove(github, own.id);
  return saved;
}

type Saved = Pick<OurComment, 'id' | 'url'>;

async function create(github: GitHub, target: CommentTarget): Promise<Saved> {
  const { octokit, owner, repo } = github;
  const post = async (request: { readonly retries?: number }): Promise<Saved> => {
    const comment = { owner, repo, issue_number: target.number, body: target.render(undefined) };
    const { data } = await octokit.rest.issues.createComment({ ...comment, request });
    return { id: data.id, url: data.html_url };
  };
  try {
    // A POST that failed half-way may have been done: looked up below before it is tried once more.
    return await post({ retries: 0 });
  } catch (error) {
    if (isRefused(error)) throw error;
    const [made] = await findOurComments(github, target);
    return made ?? post({});
  }
}

async function update(github: GitHub, target: CommentTarget, comment: OurComment): Promise<Saved> {
  const { octokit, owner, repo, log } = github;
  const { editedBy, isMinimized, nodeId: subjectId } = comment;
  if (editedBy !== undefined)
    log.warning(
      `The plan comment on pull request ${target.number} was edited by ${editedBy}: what it showed for approval is dropped, and only a new plan brings it back.`,
    );
  const body = target.render(editedBy === undefined ? comment.body : undefined);
  const request = { owner, repo, comment_id: comment.id, body };
  const { data } = await octokit.rest.issues.updateComment(request);
  const show =
    'mutation ($subjectId: ID!) { unminimizeComment(input: { subjectId: $subjectId }) { clientMutationId } }';
  // An update leaves a hidden comment hidden.
  if (isMinimized)
    await octokit.graphql(show, { subjectId }).catch((error: unknown) => {
      log.warning(`The plan comment is hidden, and could not be shown again: ${messageOf(error)}`);
    });
  return { id: data.id, url: data.html_url };
}

async function remove({ octokit, owner, repo, log }: GitHub, id: number): Promise<void> {
  await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch((error: unknown) => {
    // The comment that counts is up to date; the next run tries again.
    log.warning(`A second comment of the Action, ${id}, could not be deleted: ${messageOf(error)}`);
  });
}
