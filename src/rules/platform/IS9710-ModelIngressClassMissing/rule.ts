/** Check: the Ingresses that KServe writes for raw deployments are of a class that nobody takes. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defaultIngress } from '../../../views/serving-platform/default-ingress.ts';
import { servingDefaults } from '../../../views/serving-platform/serving-defaults.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9710',
  name: 'ModelIngressClassMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Ingresses of models are of a class that nobody takes',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'ingress class of raw deployments', weight: 'advisory' },
  aliases: ['ingressClassName'],
  needs: { defaults: servingDefaults, ingress: defaultIngress },
  messages: {
    missing: 'KServe writes Ingresses of class {class}, and the cluster has {classes}',
    none: 'KServe writes Ingresses without a class, and the cluster has no default IngressClass',
  },
  check({ defaults, ingress: { classes, marked, seen } }, context) {
    if (defaults.state === 'unknown') return context.unknown(defaults.gap);
    if (defaults.state === 'absent') return context.notApplicable('KServe has no configuration yet');
    const { mode, gatewayApi, noIngress, ingressClass, ingressCite, config, owner } = defaults.value;
    if (mode !== 'Standard') return context.notApplicable('raw deployments are not the default');
    if (gatewayApi || noIngress) return context.notApplicable('KServe writes no Ingresses');
    const chosen =
      ingressClass === undefined || ingressClass === '' ? marked : classes.find(({ ref }) => ref.name === ingressClass);
    if (chosen !== undefined)
      return context.ruledOut(`IngressClass ${chosen.ref.name} exists`, chosen.cite(`IngressClass ${chosen.ref.name}`));
    if (seen.state === 'unknown') return context.unknown(seen.gap);
    const common = {
      subject: config.ref,
      affects: [context.on],
      certainty: 'confirmed',
      basis: 'the list of IngressClasses was read',
      consequence:
        'Models are served inside the cluster; no request from outside reaches them, although everything says Ready.',
      cite: [ingressCite, seen.cite],
      fixes: [
        adviseCluster({
          profile: 'kserve',
          title: 'Name a class that an ingress controller of the cluster takes',
          effect: 'KServe writes it into Ingresses at its next reconcile.',
          look: [kubectl({}, ['get', 'ingressclasses'], false)],
          what: 'Write ingressClassName in key ingress, or install the ingress controller with its IngressClass. Where nothing comes from outside, set disableIngressCreation.',
          owner,
        }),
      ],
    } as const;
    return ingressClass === undefined || ingressClass === ''
      ? context.found({ message: 'none', args: {}, ...common })
      : context.found({
          message: 'missing',
          args: {
            class: ingressClass,
            classes: classes.length === 0 ? 'none' : `only ${listed(classes.map(({ ref }) => ref.name))}`,
          },
          ...common,
        });
  },
});
