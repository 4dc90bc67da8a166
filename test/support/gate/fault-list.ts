import type { Fault } from './faults.ts';
import type { NeededPermission } from './permissions.ts';

/** Faults that wait for their calls. */
export interface FaultList {
  add(fault: Fault): () => void;
  /** The fault that strikes this call, if one does. */
  strike(needed: readonly NeededPermission[]): Fault | undefined;
}

/** No fault yet. */
export function openFaultList(): FaultList {
  const faults: { fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? Infinity };
      faults.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    strike(needed) {
      const entry = faults.find(
        ({ fault, left }) =>
          left > 0 &&
          needed.some(
            ({ action, resource }) => like(fault.action, action) && resource.includes(fault.resource ?? ''),
          ),
      );
      if (entry !== undefined) entry.left -= 1;
      return entry?.fault;
    },
  };
}

function like(pattern: string, action: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'i').test(action);
}
