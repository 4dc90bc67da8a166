import { lastChangeIn } from '../../access/role-use.ts';
import type { TrailResource } from '../../plan/drift.ts';
import { homeRegion } from './kolena-in-trail.ts';
import { lookUpEvents, type Lookup } from './lookup-events.ts';

/** Pages that are read of a resource: its newest events may all be readings. */
const MOST_PAGES = 5;

/** The last change of each resource, a sentence each; none from where this run is not allowed to look. Never throws. */
export async function lastChanges(
  lookup: Omit<Lookup, 'region' | 'resourceName'>,
  resources: readonly TrailResource[],
): Promise<string[]> {
  const told: string[] = [];
  try {
    // One after the other, at the pace of CloudTrail.
    for (const { name, region = homeRegion(lookup.clients.region) } of resources) {
      let pages = 0;
      for await (const events of lookUpEvents({ ...lookup, region, resourceName: name })) {
        const change = events.map((event) => lastChangeIn(event, name)).find((one) => one !== undefined);
        if (change !== undefined) told.push(change);
        if (change !== undefined || ++pages === MOST_PAGES) break;
      }
    }
  } catch {
    // Whoever is not allowed to look gets no names, and the drift all the same.
  }
  return told;
}
