import { normalizeStatements } from '../iam/compare-policy.ts';
import { externalIdsOf as demandedExternalIds } from '../iam/trust-policy.ts';
import type { Report } from '../report/report.ts';
import type { Secrets } from '../report/mask.ts';
import type { Settings } from './settings.ts';

/** What the settings want hidden of all that a report holds: external IDs, old ones too, and AWS account IDs. */
export function secretsOf(report: Report, settings: Settings): Secrets {
  const { config, observed, desired, failure } = report;
  // Each gets a label of its own. A failure may name one that nothing else has told of: that of the credentials.
  const known = JSON.stringify({ config, observed, desired, settings, failure });
  return {
    externalIds: settings['mask-external-id'] ? externalIdsOf(report) : [],
    accountIds: settings['mask-aws-account-id'] ? [...new Set(known.match(/(?<!\d)\d{12}(?!\d)/g))] : [],
    otherAccountIds: settings['mask-aws-account-id'],
  };
}

function externalIdsOf({ config, observed }: Report): string[] {
  const trusted = observed?.role && demandedExternalIds(normalizeStatements(observed.role.trustPolicy));
  return [...new Set([config?.kolenaExternalId ?? [], trusted ?? []].flat())];
}
