import { findApproval, findMergedPullRequest, type Approval, type ApprovedPullRequest } from './approval.ts';
import { openGitHub, type GitHubProps } from './client.ts';
import {
  orWarning,
  saveComment,
  type CommentResult,
  type CommentTarget,
  type CommentWarning,
} from './comment.ts';
import type { EventContext } from './event.ts';

/** The pull request's conversation. */
export interface PullRequests {
  findApproval(key: string): Promise<Approval>;
  /** The one that brought the commit in, to comment on; throws `comment-failed` when GitHub refuses to tell. */
  findMerged(): Promise<ApprovedPullRequest | CommentWarning | undefined>;
  saveComment(target: CommentTarget): Promise<CommentResult>;
}

/** Pull requests of the repository that the event comes from. */
export function openPullRequests(props: GitHubProps, event: EventContext): PullRequests {
  const github = openGitHub(props);
  return {
    findApproval: (key) => findApproval(github, { event, key }),
    findMerged: () =>
      orWarning('the pull request that brought this commit in', () => findMergedPullRequest(github, event)),
    saveComment: (target) => saveComment(github, target),
  };
}
