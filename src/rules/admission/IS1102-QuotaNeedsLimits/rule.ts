/** Cause: a ResourceQuota counts a resource that a container does not declare. */
import { changeTemplate } from '../../../fixes/pod-template.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  templateContainers,
  whatFollows,
  type Refused,
} from '../../../views/admission-refusal.ts';
import type { MustSpecify } from '../../../views/parse/admission-message.ts';
import { refusalReferences, type RefusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

/** Containers that a platform adds to pods; nobody finds them in the manifest that was written. */
const ADDED = new Set([
  'queue-proxy',
  'istio-proxy',
  'istio-init',
  'linkerd-proxy',
  'linkerd-init',
  'storage-initializer',
  'agent',
  'daprd',
  'vault-agent',
]);

export default defineRule({
  code: 'IS1102',
  name: 'QuotaNeedsLimits',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A ResourceQuota demands requests or limits that a container does not set',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: ['failed quota', 'must specify', 'quota-requires-limits', 'quota-needs-limits'],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    own: '{root} declares no {resources} for {containers}, and ResourceQuota {quota} demands them',
    added: 'ResourceQuota {quota} counts {resources}, which the added {containers} does not set',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'quota-needs-limits') return context.ruledOut('the refusal gives another reason', refusal.cite);
    const { named } = references;
    if (named === undefined) return context.notApplicable('the refusal names a quota outside of any namespace');
    const containers = [...new Set(error.mustSpecify.flatMap((entry) => entry.containers))];
    const added = containers.length > 0 && containers.every((name) => ADDED.has(name));
    const quota =
      named.found.state === 'present'
        ? [named.found.value.cite(`what ResourceQuota ${named.ref.name} counts`, '/spec/hard')]
        : [];
    return context.found({
      message: added ? 'added' : 'own',
      args: {
        root: nameWithKind(refusal.root),
        quota: named.ref.name,
        resources: error.mustSpecify.map((entry) => entry.resource).join(', '),
        containers: containers.length === 0 ? 'its containers' : `container ${containers.join(', ')}`,
      },
      // What a platform adds is mended by defaults of the namespace; what the template holds, in the template.
      subject: added ? named.ref : refusal.root,
      certainty: 'confirmed',
      basis: 'the API server names the quota, the resources and the containers',
      consequence: whatFollows(refusal),
      cite: [refusal.cite, ...quota, ...refusal.cites.slice(1)],
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: added
        ? [defaults(refusal, error.mustSpecify)]
        : [...declare(refusal, error.mustSpecify, references), defaults(refusal, error.mustSpecify)],
    });
  },
});

function declare(refusal: Refused, demands: readonly MustSpecify[], references: RefusalReferences): readonly Fix[] {
  const { template } = refusal;
  if (template === undefined) return [];
  const all = templateContainers(template);
  const patch: Record<string, unknown[]> = {};
  for (const container of all) {
    const resources: Record<string, Record<string, string>> = {};
    for (const { resource, containers } of demands) {
      if (containers.length > 0 && !containers.includes(container.name)) continue;
      const [side = '', ...rest] = resource.split('.');
      const name = rest.join('.');
      if (side !== 'limits' && side !== 'requests') continue;
      resources[side] = { ...resources[side], [name]: `<${name.toUpperCase().replaceAll(/[^A-Z]/g, '_')}>` };
    }
    if (Object.keys(resources).length > 0) (patch[container.field] ??= []).push({ name: container.name, resources });
  }
  const change = changeTemplate(
    refusal.root,
    template,
    patch,
    `set ${demands.map((entry) => entry.resource).join(', ')} for every container.`,
  );
  return [
    fix({
      title: `Set ${demands.map((entry) => entry.resource).join(', ')} in ${nameWithKind(refusal.root)}`,
      applicability: change.concrete ? 'fill-in' : 'advice',
      effect: 'Changes the pod template: the pods are made anew.',
      steps: change.steps,
      undo: change.undo,
      verify: verifyWithInferscope(refusal.root),
      owner: references.owner,
    }),
  ];
}

function defaults(refusal: Refused, demands: readonly MustSpecify[]): Fix {
  const words = demands.map((entry) => entry.resource).join(', ');
  return fix({
    title: `Give namespace ${refusal.root.namespace ?? ''} a LimitRange with default limits and requests`,
    applicability: 'advice',
    effect: 'Containers made from then on get the defaults where they set none; running pods are not touched.',
    steps: [
      manual(
        `Create a LimitRange of type Container in the namespace whose default and defaultRequest set ${words}. For Knative's queue-proxy alone, set queue-sidecar-cpu-limit, queue-sidecar-memory-limit and queue-sidecar-memory-request in ConfigMap config-deployment of knative-serving.`,
      ),
    ],
    verify: verifyWithInferscope(refusal.root),
  });
}
