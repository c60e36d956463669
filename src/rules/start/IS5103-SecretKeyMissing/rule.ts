/** Cause: a Secret exists and lacks keys that a container or a volume asks for. */
import { addKeys } from '../../../fixes/configuration.ts';
import { capital, configurationFaults } from '../../../views/configuration-faults.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5103',
  name: 'SecretKeyMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A Secret lacks a key that a pod asks for',
  appliesTo: ['Pod'],
  effects: ['container-not-created', 'volume-not-mounted'],
  aliases: [
    'secret-key-missing',
    'secret-keys-missing',
    'CreateContainerConfigError',
    "couldn't find key",
    'references non-existent secret key',
  ],
  needs: { configuration: configurationFaults, template: podTemplate },
  messages: {
    key: 'Secret {name} has no key {key}, which {neededBy} asks for; it has {keys}',
    near: 'Secret {name} has the key {near}, not {key}, which {neededBy} asks for',
    several: 'Secret {name} lacks {count} keys that {neededBy} asks for',
    unseen: 'Secret {name} has no key {key}, which {neededBy} asks for',
  },
  check({ configuration, template }, context) {
    if (configuration.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { faults, heldUp, mended, gaps } = configuration.value;
    if (!heldUp) return context.notApplicable('the pod is not held up for want of configuration');
    const lacking = faults.filter((fault) => fault.kind === 'Secret' && fault.keys.length > 0);
    const [first, ...more] = lacking.map((fault) => {
      const { ref, object, keys, missingKeys } = fault.source;
      const common = {
        subject: ref,
        certainty: fault.confirmed ? ('confirmed' as const) : ('likely' as const),
        basis: fault.basis,
        consequence:
          fault.keys.length > 1
            ? `Missing are ${fault.keys.slice(0, 8).join(', ')}. ${capital(fault.neededBy)} waits until all of them are there; the kubelet names only the first.`
            : `${capital(fault.neededBy)} waits until the key is there.`,
        cite: fault.citations,
        trace:
          fault.complaint === undefined
            ? []
            : [{ text: `the kubelet says: ${fault.complaint.words}`, cite: fault.complaint.citations }],
        effects: fault.effects,
        ...(fault.since === undefined ? {} : { since: fault.since }),
        fixes: addKeys(fault.source, fault.keys, template),
      };
      const key = fault.keys[0] ?? '';
      const args = { name: ref.name, neededBy: fault.neededBy };
      const has = keys.length === 0 ? 'none' : `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`;
      if (object.state !== 'present') return context.found({ message: 'unseen', args: { ...args, key }, ...common });
      if (fault.keys.length > 1) {
        return context.found({
          message: 'several',
          args: { ...args, count: fault.keys.length },
          ...common,
        });
      }
      const near = missingKeys[0]?.nearest[0];
      if (near !== undefined) return context.found({ message: 'near', args: { ...args, key, near }, ...common });
      return context.found({ message: 'key', args: { ...args, key, keys: has }, ...common });
    });
    if (first) return context.all([first, ...more]);
    const [made] = mended;
    if (made) return context.ruledOut('what the kubelet missed is there now', made);
    const [gap, ...others] = gaps;
    if (gap) return context.unknown(gap, ...others);
    return context.ruledOut('every key that the pod asks for exists, or nobody misses it', configuration.cite);
  },
});
