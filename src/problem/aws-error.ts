import { defined } from '../base/defined.ts';
import { saidBy, StepError } from '../base/errors.ts';
import type { Answer, Refusal } from '../verify/observations.ts';

/** A failed call to AWS, whichever protocol it spoke and however far it got. */
export interface AwsError extends Refusal {
  /** What AWS Support asks for. */
  readonly requestId?: string;
  /** Of the answer, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Host and port that were asked, where the call went through our request handler. */
  readonly host?: string;
  /** The proxy between, without its password. */
  readonly proxy?: string;
}

/** What the SDK, its protocols and Node's network put on an error. */
interface Thrown extends Partial<Readonly<Record<'name' | 'code' | 'Code' | 'host' | 'proxy', unknown>>> {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Reads an error of the AWS SDK, of Node's network or of anything else. */
export function readAwsError(error: unknown): AwsError {
  const message = saidBy(error);
  if (typeof error !== 'object' || error === null) return { code: 'Unknown', message };
  const { name, code, Code, host, proxy, $metadata, $response } = error as Thrown;
  const read = defined({
    // IAM's and STS's XML has the short spelling, their classes in the SDK and every JSON protocol the long one.
    code: (textOf(Code) ?? textOf(code) ?? textOf(name) ?? 'Unknown').replace(/Exception$/, ''),
    message,
    status: $metadata?.httpStatusCode,
    requestId: $metadata?.requestId,
    headers: $response?.headers,
    host: textOf(host),
    proxy: textOf(proxy),
  });
  if (read.status === undefined || !unreadable.test(message)) return read;
  const type = read.headers?.['content-type'] ?? 'no content type';
  const said = `the answer has HTTP status ${read.status} and is not AWS's (${type})`;
  return { ...read, code: notAws, message: said };
}

/** What the SDK adds where an answer is neither AWS's XML nor its JSON: a proxy's page, for one. */
const unreadable = /Deserialization error: to see the raw response/;
const notAws = 'NotFromAws';

/** Whether something between the runner and AWS gave the answer. */
export function isOfAnother({ code }: AwsError): boolean {
  return code === notAws;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whether AWS answered with one of these error codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const { code, status } = readAwsError(error);
  return status !== undefined && codes.includes(code);
}

/** Whether AWS said that the caller is not allowed to make the call. */
export function isDenied(error: unknown): boolean {
  return isCode(error, 'AccessDenied', 'UnauthorizedOperation');
}

/** Of calls that the network, and not AWS, failed. */
export const networkCodes: readonly string[] = [
  ...['EAI_AGAIN', 'ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'TimeoutError'],
];

const passingCodes = [
  ...networkCodes,
  'IDPCommunicationError',
  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
  ...['Throttling', 'Throttled', 'TooManyRequests', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown'],
];

/** Whether the same call may well succeed a moment later: the network, throttling, a server's own fault. */
export function isTransient({ code, status = 0 }: AwsError): boolean {
  return passingCodes.includes(code) || status === 429 || status >= 500;
}

/** The next step where something else than AWS answered. */
export const checkTheWay =
  'Check what stands between the runner and AWS: HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL.';

/** What answered a call, yet as AWS never does: a proxy's own page with status 200, for one. */
export function notFromAws(call: string): StepError {
  return new StepError({
    message: `What answered ${call} was not AWS: the answer lacks what AWS always sends.`,
    remedy: checkTheWay,
  });
}

/** What a call gave: its value, or AWS's refusal as a value. Throws only when AWS did not answer. */
export async function attempt<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { outcome: 'ok', value: await call() };
  } catch (error) {
    const { code, message, status } = readAwsError(error);
    if (status === undefined) throw error;
    return { outcome: 'refused', refusal: { code, message, status } };
  }
}
