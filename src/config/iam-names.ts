import { matching, type TextRule } from './text.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleName = matching(
  /^[\w+=,.@-]{1,64}$/,
  'is not a role name: 1 to 64 letters, digits and _+=,.@- are allowed',
);

/** A policy name has at most 128 characters, three of which are kept for `-10` of the tenth policy. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const policyName = matching(
  /^[\w+=,.@-]{1,125}$/,
  'is not a policy name: 1 to 125 letters, digits and _+=,.@- are allowed (AWS takes 128; further policies get a suffix such as -10)',
);

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const iamPath = matching(
  /^(?!\S{513})(?:\/[A-Za-z0-9.,+@=_-]+)*\/$/,
  'is not an IAM path: "/" or names of letters, digits and .,+@=_- between slashes, as "/vendors/kolena/", at most 512 characters',
);

/** In words that never repeat it: an external ID is a secret to some. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const externalId: TextRule = {
  pattern: /^[\w+=,.@:/-]{2,1224}$/,
  problemOf: (id) => {
    if (externalId.pattern.test(id)) return undefined;
    const allowed = '2 to 1224 letters, digits and _+=,.@:/- are allowed';
    if (id.length < 2 || id.length > 1224)
      return `has ${id.length} ${id.length === 1 ? 'character' : 'characters'}: ${allowed}`;
    const positions = Array.from(id.matchAll(/[^\w+=,.@:/-]/g), ({ index }) => index + 1);
    const shown = positions.slice(0, 5).join(', ') + (positions.length > 5 ? ', …' : '');
    return `has characters that AWS refuses, at ${positions.length === 1 ? 'position' : 'positions'} ${shown}: ${allowed}`;
  },
};

/** Whether two names mean the same role or policy: IAM tells no names apart by case. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
