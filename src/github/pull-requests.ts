import { findApproval, type Approval } from './approval.ts';
import { openGitHub, type GitHubProps } from './client.ts';
import { saveComment, type CommentResult, type CommentTarget } from './comment.ts';
import type { EventContext } from './event.ts';

/** The pull request's conversation. */
export interface PullRequests {
  findApproval(key: string): Promise<Approval>;
  saveComment(target: CommentTarget): Promise<CommentResult>;
}

/** Pull requests of the repository that the event comes from. */
export function openPullRequests(props: GitHubProps, event: EventContext): PullRequests {
  const github = openGitHub(props);
  return {
    findApproval: (key) => findApproval(github, { event, key }),
    saveComment: (target) => saveComment(github, target),
  };
}
