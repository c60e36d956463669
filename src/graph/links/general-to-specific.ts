/** A general reading of a failure (the program ended with an error of its own) yields to the specific one of the same effect on the same object. */
import { refKey } from '../../model/reference.ts';
import type { Finding } from '../../model/finding.ts';
import type { Link } from './link.ts';

export const generalToSpecific: Link = {
  id: 'general-to-specific',
  mechanism: 'is what',
  effectsOf(from, index) {
    if (from.role !== 'cause' || from.general) return [];
    const found = new Set<Finding>();
    for (const object of from.affects) {
      for (const other of index.on(refKey(object))) {
        if (other === from || other.role !== 'cause' || !other.general) continue;
        const sameContainer =
          from.container === undefined || other.container === undefined || from.container === other.container;
        if (sameContainer && other.effects.some((effect) => from.effects.includes(effect))) found.add(other);
      }
    }
    return [...found];
  },
};
