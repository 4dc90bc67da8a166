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
