import { StepError } from '../base/errors.ts';
import { type AwsError, checkTheWay, isDenied, isOfAnother, isTransient, readAwsError } from './aws-error.ts';
import { credentialsError } from './credentials-error.ts';
import { denialRemedy } from './denial.ts';
import { networkProblem } from './network-error.ts';
import type { Problem } from './problem.ts';

/** The result of `work`; a failure of AWS in it says what to do, where nothing nearer to the call has said so. */
export async function explained<T>(region: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const error = readAwsError(cause);
    const network = networkProblem(error);
    if (network !== undefined) throw new StepError({ ...network, cause });
    const known = credentialsError(cause, { region });
    if (known !== undefined) throw known;
    if (error.status === undefined) throw cause;
    const problem = isDenied(cause)
      ? { message: `AWS denies this run a call: ${error.message}`, remedy: denialRemedy(error.message) }
      : unexpected(error);
    throw new StepError({ ...problem, cause });
  }
}

function unexpected(error: AwsError): Problem {
  if (isOfAnother(error)) return { message: `A call to AWS failed: ${error.message}.`, remedy: checkTheWay };
  const { code, message, status = 0, requestId } = error;
  const request = requestId === undefined ? '' : `, request ID ${requestId}`;
  const answer = `${code} (HTTP ${status}${request}): ${message}`;
  return isTransient(error)
    ? {
        message: `AWS kept failing: ${answer}`,
        remedy:
          'Rerun the job; it continues where this run stopped. https://health.aws.amazon.com shows whether AWS has a problem.',
      }
    : {
        message: `AWS refuses a call: ${answer}`,
        remedy: 'Fix the cause that AWS reports, then rerun the job.',
      };
}
