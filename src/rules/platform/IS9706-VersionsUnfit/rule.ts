/** Check: a release of the platform requires a newer one of what it stands on. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { platformVersions } from '../../../views/serving-platform/platform-versions.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9706',
  name: 'VersionsUnfit',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A release of the serving platform requires a newer one of what it stands on',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'versions that fit each other', weight: 'advisory' },
  aliases: ['versions-unfit', 'kubernetes version is not compatible, need at least'],
  needs: { versions: platformVersions },
  messages: {
    unfit: '{upper} {upperVersion} requires {lower} {least} or later; installed is {lowerVersion}',
  },
  check({ versions: { misfits, compared, known, gaps } }, context) {
    const [first, ...more] = misfits.map(({ upper, lower, requirement }) => {
      const isKubelet = lower.product === 'Kubernetes';
      const least = requirement.least.slice(0, requirement.least[2] === 0 ? 2 : 3).join('.');
      return context.found({
        message: 'unfit',
        args: {
          upper: upper.product,
          upperVersion: upper.text,
          lower: lower.product,
          lowerVersion: lower.text,
          least,
        },
        subject: upper.object,
        affects: [context.on],
        certainty: isKubelet ? 'likely' : 'confirmed',
        basis: isKubelet
          ? 'the newest kubelet has that version; the API server is as new or newer, and was not asked'
          : `both run, and the documentation of ${upper.product} names the least release`,
        consequence: `The project has not tried the two together: what is new in ${lower.product} ${least} is missed somewhere.`,
        cite: [lower.cite, upper.cite],
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: `Upgrade ${lower.product}, or choose a release of ${upper.product} for it`,
            effect: 'An upgrade of the platform restarts its controllers, and may restart the pods of models.',
            look: [kubectl({}, ['version'], false)],
            what: `The least releases stand in ${requirement.source}.`,
          }),
        ],
      });
    });
    if (first !== undefined) return context.all([first, ...more]);
    const [gap] = gaps;
    if (compared === 0)
      return gap === undefined
        ? context.notApplicable('no two releases are known that one requires of the other')
        : context.unknown(gap);
    const [cite, ...cites] = known.map((version) => version.cite);
    const told = known.map(({ product, text }) => `${product} ${text}`).join(', ');
    return cite === undefined
      ? context.notApplicable('no release is known')
      : context.ruledOut(`they fit: ${told}`, cite, ...cites);
  },
});
