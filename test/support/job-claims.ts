/** What GitHub writes into the token of a job of my-org/my-repo: on `main`, on a pull request to it, or on another ref. */
export function claimsOf(job: {
  readonly environment?: string;
  readonly event?: string;
  /** @default that of the event */
  readonly ref?: string;
}): Record<string, string> {
  const { environment, event } = job;
  const ref = job.ref ?? (event === 'pull_request' ? 'refs/pull/7/merge' : 'refs/heads/main');
  const context = event === 'pull_request' ? event : `ref:${ref}`;
  return {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub: `repo:my-org/my-repo:${environment === undefined ? context : `environment:${environment}`}`,
    repository_id: '456789',
    repository_owner_id: '123456',
    ref,
    ...(environment !== undefined && { environment }),
  };
}
