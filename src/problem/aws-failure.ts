/** What is known of a failed AWS call, whichever protocol it spoke. */
export interface AwsFailure {
  /** AWS's error code less a trailing `Exception`, or Node's (`ENOTFOUND`). */
  readonly code: string;
  readonly message: string;
  readonly httpStatus?: number;
  /** Host and port that were asked, where the call went through our request handler. */
  readonly host?: string;
  /** The proxy between, less its password. */
  readonly proxy?: string;
}

/** Reads an error of the AWS SDK, of Node's network or of anything else. */
export function awsFailure(error: unknown): AwsFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (typeof error !== 'object' || error === null) return { code: 'Unknown', message };
  const known = error as {
    name?: unknown;
    code?: unknown;
    host?: unknown;
    proxy?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const status = known.$metadata?.httpStatusCode;
  return {
    code: codeOf(known),
    message,
    ...(status !== undefined && { httpStatus: status }),
    ...(typeof known.host === 'string' && { host: known.host }),
    ...(typeof known.proxy === 'string' && { proxy: known.proxy }),
  };
}

function codeOf({ name, code }: { name?: unknown; code?: unknown }): string {
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name.replace(/Exception$/, '') : 'Unknown';
}

const networkCodes = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
].concat(['ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'TimeoutError']);

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
const throttlingCodes = [
  'Throttling',
  'Throttled',
  'TooManyRequests',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
];

/** Whether the network, and not AWS, failed the call. */
export function isNetworkFailure({ code }: AwsFailure): boolean {
  return networkCodes.includes(code);
}

/** Whether the same call may well succeed a moment later: the network, throttling, a server's own fault. */
export function isTransient(failure: AwsFailure): boolean {
  const { code, httpStatus = 0 } = failure;
  return (
    isNetworkFailure(failure) ||
    throttlingCodes.includes(code) ||
    httpStatus === 429 ||
    httpStatus >= 500 ||
    code === 'IDPCommunicationError'
  );
}
