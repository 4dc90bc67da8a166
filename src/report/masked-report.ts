import { isMapping } from '../base/mapping.ts';
import type { Mask } from './mask.ts';
import type { Report } from './report.ts';

/** From GitHub, or hashed: they hold no secret, and a masked link would lead nowhere. */
const untouched = new Set<keyof Report>(['digest', 'shown', 'runUrl', 'time']);

/**
 * The report with every secret replaced, names included. Done to the data and not to the Markdown, so that no escaping
 * can split a secret, and no label can break a table, a fence or a link.
 */
export function maskedReport<Part extends Partial<Report>>(report: Part, mask: Mask): Part {
  const entries = Object.entries(report) as [keyof Report, unknown][];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, untouched.has(key) ? value : masked(value, mask)]),
  ) as unknown as Part;
}

function masked(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((entry) => masked(entry, mask));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [mask(key), masked(entry, mask)]));
}
