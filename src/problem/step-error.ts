import { StepError } from '../base/errors.ts';
import { awsFailure, isTransient } from './aws-failure.ts';
import { credentialsError } from './credentials-error.ts';
import { type Diagnosis, diagnoseNetwork } from './network-error.ts';
import { isDenied, missingStatement, refusalOf } from './aws-refusal.ts';

/** The result of `work`; a failure of AWS in it says what to do, where nothing nearer to the call has said so. */
export async function explained<T>(region: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const diagnosis = diagnoseNetwork(awsFailure(cause));
    if (diagnosis !== undefined) throw new StepError({ ...diagnosis, cause });
    const known = credentialsError(cause, { region });
    if (known !== undefined) throw known;
    if (refusalOf(cause) === undefined) throw cause;
    throw new StepError({ ...diagnose(cause), cause });
  }
}

/** What AWS answered, and nobody expected there. */
function diagnose(error: unknown): Diagnosis {
  const failure = awsFailure(error);
  const { code, message, httpStatus = 0 } = failure;
  if (isDenied(error)) {
    const statement = missingStatement(message);
    return {
      message: `AWS denies this run a call: ${message}`,
      remedy:
        statement === undefined
          ? 'Have the owner of the policy that AWS names lift the deny, and compare the rights of this run with docs/deploy-role-policy.json.'
          : `Add this statement to the permissions of the role that this run uses:\n${statement}`,
    };
  }
  const answer = `${code} (HTTP ${httpStatus}): ${message}`;
  return isTransient(failure)
    ? {
        message: `AWS kept failing: ${answer}`,
        remedy:
          'Run the job again: what was done is found, what was not is done. https://health.aws.amazon.com shows whether AWS has a problem.',
      }
    : { message: `AWS refuses a call: ${answer}`, remedy: 'Mend what AWS names, and run the job again.' };
}
