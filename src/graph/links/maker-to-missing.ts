/** A Secret that somebody should have made is missing: who did not make it stands behind what its absence does. */
import { refKey } from '../../model/reference.ts';
import type { Link } from './link.ts';

export const makerToMissing: Link = {
  id: 'maker-to-missing',
  mechanism: 'left it unmade',
  effectsOf(from, index) {
    if (from.role !== 'cause') return [];
    return from.affects
      .filter(({ kind }) => kind === 'Secret')
      .flatMap((secret) => index.of(refKey(secret)))
      .filter((finding) => finding !== from && finding.role === 'cause');
  },
};
