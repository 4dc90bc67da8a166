import { type PolicyDocument } from '../../../src/iam/policy-document.ts';

/** An organization of accounts, whose boundary is drawn around what is theirs. */
export interface Organization {
  /** As `o-example`. */
  readonly id: string;
  readonly accounts: readonly string[];
  /** Judge every call to a resource of a member account. */
  readonly resourceControlPolicies: readonly PolicyDocument[];
}

/** What the policy engine has to know of an organization for one call. */
export function boundaryOf(
  organization: Organization | undefined,
  { caller, owner }: { readonly caller: string; readonly owner: string },
) {
  const isMember = (account: string) => organization?.accounts.includes(account) === true;
  const id = organization?.id ?? '';
  return {
    context: {
      ...(isMember(caller) && { 'aws:PrincipalOrgID': id }),
      ...(isMember(owner) && { 'aws:ResourceOrgID': id }),
    },
    resourceControlPolicies: isMember(owner)
      ? [
          {
            orgIdentifier: id,
            policies: (organization?.resourceControlPolicies ?? []).map((policy, at) => ({
              name: `rcp-${at}`,
              policy,
            })),
          },
        ]
      : [],
  };
}

/**
 * An organization of one account, whose roles only its own members and the trusted accounts assume, unless a role is left
 * out by its tag: as AWS's own sample draws it, https://github.com/aws-samples/data-perimeter-policy-examples
 */
export function perimeter(account: string, trusted = '000000000000'): Organization {
  const onlyMembers = {
    StringNotEqualsIfExists: {
      'aws:PrincipalOrgID': 'o-example',
      'aws:PrincipalAccount': trusted,
      'aws:ResourceTag/dp:exclude:identity': 'true',
    },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  };
  return {
    id: 'o-example',
    accounts: [account],
    resourceControlPolicies: [
      {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OnlyTheOrganization',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sts:AssumeRole',
            Resource: '*',
            Condition: onlyMembers,
          },
        ],
      },
    ],
  };
}
