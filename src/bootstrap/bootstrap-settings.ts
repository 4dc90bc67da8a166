import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { boundaryArnProblem } from '../config/arn-problems.ts';
import { iamPathPattern, roleNamePattern } from '../config/iam-names.ts';

const number = z
  .union([z.int().transform(String), z.string()])
  .pipe(z.string().regex(/^\d+$/, 'a number, as `gh api repos/OWNER/REPO --jq .id` prints it'));

/** Keys of `kolena-s3-bootstrap.yml`. */
const schema = z.strictObject({
  'github-repository': z.string().regex(/^[\w-]+\/[\w.-]+$/, 'a repository, such as my-org/my-repo'),
  'github-owner-id': number.optional(),
  'github-repository-id': number.optional(),
  // No wildcard: IAM would read it as one.
  branch: z
    .string()
    .regex(/^[^\s*?:~^[\\$]+$/, 'a branch name without wildcards')
    .default('main'),
  environment: z
    .string()
    .regex(/^[^*?$]{1,255}$/, 'an environment name without wildcards')
    .optional(),
  'oidc-issuer': z
    .string()
    .regex(/^https:\/\/[a-z0-9.-]+(?:\/[\w./-]*[\w-])?$/i, 'a URL such as https://HOST/_services/token')
    .default('https://token.actions.githubusercontent.com'),
  audience: z
    .string()
    .regex(/^\S{1,255}$/, 'text without spaces')
    .default('sts.amazonaws.com'),
  'deploy-role-name': z
    .string()
    .regex(roleNamePattern, '1 to 64 letters, digits and _+=,.@-')
    .default('KolenaS3Deploy'),
  'plan-role-name': z
    .string()
    .regex(roleNamePattern, '1 to 64 letters, digits and _+=,.@-')
    .default('KolenaS3Plan'),
  'iam-path': z.string().regex(iamPathPattern, 'a path that begins and ends with /').default('/'),
  'max-session-duration': z
    .int()
    .min(3600, '3600 to 43200 seconds')
    .max(43_200, '3600 to 43200 seconds')
    .default(3600),
  'permissions-boundary-arn': z
    .string()
    .refine((arn) => boundaryArnProblem(arn) === undefined, 'the ARN of a managed policy')
    .optional(),
  'state-bucket': z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket')
    .optional(),
  'state-key': z
    .string()
    .regex(/^[\w./-]{1,900}$/, 'a key of letters, digits and _./-')
    .default('kolena-s3-access.tfstate'),
});

/** What the bootstrap is told, validated. */
export type BootstrapSettings = z.output<typeof schema>;

/** Validates the bootstrap's file; throws `invalid-input` that names every problem with its key and what is allowed. */
export function parseBootstrapSettings(raw: unknown): BootstrapSettings {
  const parsed = schema.safeParse(raw ?? {});
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => problem(path.join('.'), message));
  if (
    parsed.success &&
    (parsed.data['github-owner-id'] === undefined) !== (parsed.data['github-repository-id'] === undefined)
  )
    problems.push('github-owner-id and github-repository-id: give both or none');
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new UserError({
    reason: 'invalid-input',
    message: `The bootstrap's settings have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n- ${problems.join('\n- ')}`,
    remedy: 'Correct kolena-s3-bootstrap.yml; docs/setup.md explains each key.',
  });
}

const problem = (key: string, message: string): string => (key === '' ? message : `${key}: ${message}`);
