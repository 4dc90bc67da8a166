import { StepError } from '../base/errors.ts';
import type { Attempt, Refusal } from '../verify/observations.ts';

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly Code?: string;
}

/** AWS's error answer; `undefined` when AWS did not answer at all, as with a broken connection. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, Code, $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return undefined;
  return { code: Code ?? name, message, status };
}

/** The header of an error answer, by its lower-case name. */
export function headerOfError(error: unknown, header: string): string | undefined {
  return (error as ServiceError).$response?.headers?.[header];
}

/** Whether AWS answered with one of these error codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && codes.includes(refusal.code);
}

/** Whether AWS said that the caller may not. */
export function isDenied(error: unknown): boolean {
  return isCode(error, 'AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation');
}

/** What answered a call, yet as AWS never does: a proxy's own page with status 200, for one. */
export function notFromAws(call: string): StepError {
  return new StepError({
    message: `What answered ${call} was not AWS: the answer lacks what AWS always tells.`,
    remedy: 'Check what stands between the runner and AWS: HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL.',
  });
}

/**
 * The statement, as JSON, that a denial asks for, where AWS says what and on what: `User: ARN is not authorized to perform:
 * ACTION on resource: ARN`. `undefined` for an explicit deny, which no statement mends.
 */
export function missingStatement(message: string): string | undefined {
  const [, action, resource] =
    /not authorized to perform: (\S+) on resource: "?([^\s"]+)/.exec(message) ?? [];
  if (/explicit deny/.test(message) || action === undefined || resource === undefined) return undefined;
  const statement = { Effect: 'Allow', Action: action, Resource: resource.replace(/[.,]$/, '') };
  return JSON.stringify(statement, null, 2);
}

/** What a call gave: its value, or AWS's refusal as a value. Throws only when AWS did not answer. */
export async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: 'ok', value: await call() };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { outcome: 'refused', refusal };
  }
}
