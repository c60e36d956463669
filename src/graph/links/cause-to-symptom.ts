/** A cause brings about the symptom that represents one of its effects on an object that it affects. */
import { refKey } from '../../model/reference.ts';
import type { Finding } from '../../model/finding.ts';
import type { Link } from './link.ts';

export const causeToSymptom: Link = {
  id: 'cause-to-symptom',
  mechanism: 'shows as',
  effectsOf(from, index) {
    if (from.role !== 'cause') return [];
    const found: Finding[] = [];
    for (const object of [from.subject, ...from.affects]) {
      for (const symptom of index.of(refKey(object))) {
        if (symptom.role !== 'symptom' || found.includes(symptom)) continue;
        if (symptom.effects.some((effect) => from.effects.includes(effect))) found.push(symptom);
      }
    }
    return found;
  },
};
