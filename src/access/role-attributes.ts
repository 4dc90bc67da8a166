import { isMapping } from '../base/mapping.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { finding, limitFindings, type TrustFinding } from './trust-finding.ts';

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
  return [...boundary(before, after), ...sessionLength(before, after), ...tags(before, after, documents)];
}

type Attributes = Readonly<Record<string, unknown>>;

function boundary(before: Attributes, after: Attributes): TrustFinding[] {
  const [was, is] = [arnOf(before), arnOf(after)];
  const comes = `The permissions boundary \`${is}\` limits the role.`;
  const goes = `The permissions boundary \`${was}\` no longer limits the role.`;
  const moves = `The permissions boundary is \`${is}\` instead of \`${was}\`.`;
  return limitFindings(was || undefined, is || undefined, {
    set: ['a permissions boundary', comes],
    lifted: ['permissions boundary taken off', goes],
    moved: ['other', 'another permissions boundary', moves],
  });
}

function arnOf({ permissions_boundary: arn }: Attributes): string {
  return typeof arn === 'string' ? arn : '';
}

function sessionLength(before: Attributes, after: Attributes): TrustFinding[] {
  const [was, is] = [Number(before['max_session_duration']), Number(after['max_session_duration'])];
  if (!(was > 0 && is > 0) || was === is) return [];
  const sentence = `A session of the role lasts at most ${is} seconds, today ${was}.`;
  return [
    is > was
      ? finding('weaker', 'longer sessions', sentence)
      : finding('stronger', 'shorter sessions', sentence),
  ];
}

/** Organizations write guardrails that look for tags: https://github.com/aws-samples/data-perimeter-policy-examples */
const PERIMETER_TAG = /^dp:/;

function tags(before: Attributes, after: Attributes, documents: readonly PolicyDocument[]): TrustFinding[] {
  const [was, is] = [tagsOf(before), tagsOf(after)];
  const said = JSON.stringify(documents).toLowerCase();
  const counts = (key: string) => PERIMETER_TAG.test(key) || said.includes(`tag/${key.toLowerCase()}"`);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => counts(key) && was[key] !== is[key])
    .map((key) => {
      const title = 'a tag that policies look at';
      const loses = `The role loses the tag \`${key}\`, which policies can look at.`;
      const gets = `The role gets the tag \`${key}\` = \`${String(is[key])}\`, which can exempt it from a policy.`;
      return is[key] === undefined
        ? finding('stronger', `${title} is gone`, loses)
        : finding('weaker', title, gets);
    });
}

function tagsOf({ tags }: Attributes): Attributes {
  return isMapping(tags) ? tags : {};
}
