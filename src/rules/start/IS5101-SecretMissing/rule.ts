/** Cause: a container or a volume needs a Secret that does not exist. */
import { createSource } from '../../../fixes/configuration.ts';
import { capital, configurationFaults } from '../../../views/configuration-faults.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5101',
  name: 'SecretMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A Secret that a pod needs does not exist',
  appliesTo: ['Pod'],
  effects: ['container-not-created', 'volume-not-mounted'],
  aliases: [
    'secret-missing',
    'CreateContainerConfigError',
    'secret not found',
    'MountVolume.SetUp failed',
    'SecretsInjectionError',
  ],
  needs: { configuration: configurationFaults, template: podTemplate },
  messages: {
    missing: 'Secret {name}, which {neededBy} needs, does not exist',
    near: 'Secret {name}, which {neededBy} needs, does not exist; the namespace has {near}',
    elsewhere: 'Secret {name}, which {neededBy} needs, is not in namespace {namespace} but in {elsewhere}',
  },
  check({ configuration, template }, context) {
    if (configuration.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { faults, heldUp, mended, gaps } = configuration.value;
    if (!heldUp) return context.notApplicable('the pod is not held up for want of configuration');
    const missing = faults.filter((fault) => fault.kind === 'Secret' && fault.keys.length === 0);
    const [first, ...more] = missing.map((fault) => {
      const { ref, nearestNames, elsewhere } = fault.source;
      const common = {
        subject: ref,
        certainty: fault.confirmed ? ('confirmed' as const) : ('likely' as const),
        basis: fault.basis,
        consequence: `${capital(fault.neededBy)} waits until the Secret is there; the kubelet tries again by itself.`,
        cite: fault.citations,
        trace:
          fault.complaint === undefined
            ? []
            : [{ text: `the kubelet says: ${fault.complaint.words}`, cite: fault.complaint.citations }],
        effects: fault.effects,
        ...(fault.since === undefined ? {} : { since: fault.since }),
        fixes: createSource(fault.source, template),
      };
      const args = { name: ref.name, neededBy: fault.neededBy };
      if (nearestNames[0] !== undefined)
        return context.found({ message: 'near', args: { ...args, near: nearestNames[0] }, ...common });
      if (elsewhere[0] === undefined) return context.found({ message: 'missing', args, ...common });
      return context.found({
        message: 'elsewhere',
        args: { ...args, namespace: ref.namespace ?? '', elsewhere: elsewhere.slice(0, 3).join(', ') },
        ...common,
      });
    });
    if (first) return context.all([first, ...more]);
    const [made] = mended;
    if (made) return context.ruledOut('what the kubelet missed exists now', made);
    const [gap, ...others] = gaps;
    if (gap) return context.unknown(gap, ...others);
    return context.ruledOut('every Secret that the pod needs exists, or nobody misses it', configuration.cite);
  },
});
