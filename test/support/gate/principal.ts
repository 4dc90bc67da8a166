/** Access keys as an SDK takes them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for sessions. */
  readonly sessionToken?: string;
}

/** Somebody who calls AWS in a test, with the keys to do so. */
export interface Principal {
  readonly accountId: string;
  /** As GetCallerIdentity answers: an account root, a user, or an assumed-role session. */
  readonly arn: string;
  /** The role behind a session, with its path: what a trust policy names. Equal to `arn` for users and roots. */
  readonly identityArn: string;
  readonly credentials: Credentials;
}
