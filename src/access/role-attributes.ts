import { isMapping } from '../base/mapping.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { finding, type TrustFinding } from './trust-change.ts';

/** A role's attributes before and after, as Terraform plans them; absent where they are not known. */
export interface RoleAttributes {
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** What a role's other attributes change for access: boundary, session length, and the tags that policies look at. */
export function attributeFindings(
  role: RoleAttributes | undefined,
  documents: readonly PolicyDocument[],
): TrustFinding[] {
  const { before, after } = role ?? {};
  if (before === undefined || after === undefined) return [];
  const findings = [boundary(before, after), sessionLength(before, after), ...tags(before, after, documents)];
  return findings.filter((finding) => finding !== undefined);
}

type Attributes = Readonly<Record<string, unknown>>;

function boundary(before: Attributes, after: Attributes): TrustFinding | undefined {
  const [was, is] = [arnOf(before), arnOf(after)];
  if (was === is) return undefined;
  const limits = `The permissions boundary \`${is}\` limits the role.`;
  if (was === '') return finding('stronger', 'a permissions boundary', limits);
  const gone = `The permissions boundary \`${was}\` no longer limits the role.`;
  if (is === '') return finding('weaker', 'permissions boundary taken off', gone);
  const moved = `The permissions boundary is \`${is}\` instead of \`${was}\`.`;
  return finding('other', 'another permissions boundary', moved);
}

function arnOf({ permissions_boundary: arn }: Attributes): string {
  return typeof arn === 'string' ? arn : '';
}

function sessionLength(before: Attributes, after: Attributes): TrustFinding | undefined {
  const [was, is] = [Number(before['max_session_duration']), Number(after['max_session_duration'])];
  if (!(was > 0 && is > 0) || was === is) return undefined;
  const sentence = `A session of the role lasts at most ${is} seconds, today ${was}.`;
  return is > was
    ? finding('weaker', 'longer sessions', sentence)
    : finding('stronger', 'shorter sessions', sentence);
}

/** Organizations write guardrails that look for tags: https://github.com/aws-samples/data-perimeter-policy-examples */
const PERIMETER_TAG = /^dp:/;

function tags(before: Attributes, after: Attributes, documents: readonly PolicyDocument[]): TrustFinding[] {
  const [was, is] = [tagsOf(before), tagsOf(after)];
  const said = JSON.stringify(documents).toLowerCase();
  const counts = (key: string) => PERIMETER_TAG.test(key) || said.includes(`tag/${key.toLowerCase()}"`);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => counts(key) && was[key] !== is[key])
    .map((key): TrustFinding => {
      const gone = is[key] === undefined;
      return {
        effect: gone ? 'stronger' : 'weaker',
        title: gone ? 'a tag that policies look at is gone' : 'a tag that policies look at',
        sentence: gone
          ? `The role loses the tag \`${key}\`, which policies can look at.`
          : `The role gets the tag \`${key}\` = \`${String(is[key])}\`, which can exempt it from a policy.`,
      };
    });
}

function tagsOf({ tags }: Attributes): Attributes {
  return isMapping(tags) ? tags : {};
}
