import { humanEnd } from '../base/time.ts';
import type { Report } from './report.ts';

/**
 * When the access ends, or that it has ended, of fixed words and numbers alone; undefined when it has no end.
 *
 * @example 'ends after 30 Jun 2027 (UTC)'
 */
export function endText({ config, time }: Pick<Report, 'config' | 'time'>): string | undefined {
  const end = config?.accessUntil;
  if (end === undefined) return undefined;
  return `${Date.parse(end) <= Date.parse(time) ? 'ended' : 'ends'} ${humanEnd(end)}`;
}
