/** Cause: an Ingress names a class that does not exist, so that no controller serves it. */
import type { Lookup } from '../../../model/evidence.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { fieldOwner, type FieldOwner } from '../../../views/field-owner.ts';
import { ingressService } from '../../../views/gateway-ingress-class.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS7243',
  name: 'IngressClassMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An Ingress names a class that does not exist',
  appliesTo: ['Ingress.networking.k8s.io'],
  looksAt: 'asked',
  effects: ['requests-fail', 'route-not-ready'],
  aliases: ['ingressClassName', 'IngressClass not found', 'ingress has no address', 'kubernetes.io/ingress.class'],
  needs: { ingress: ingressService, owner: fieldOwner },
  messages: {
    missing: 'Ingress {ingress} names IngressClass {class}, which does not exist; the cluster has {classes}',
  },
  check({ ingress, owner }, context) {
    if (ingress.state === 'unknown') return context.unknown(ingress.gap);
    if (ingress.state === 'absent')
      return context.notApplicable('it has an address, names no class, or nobody was seen to need it');
    const { object, root, className, class: found, classes, failed } = ingress.value;
    if (found.state === 'present') return context.ruledOut('its class exists', found.cite);
    if (found.state === 'unknown') return context.unknown(found.gap);
    const names = classes.map((one) => one.ref.name);
    const near = nearestNames(className, names, 1)[0] ?? (names.length === 1 ? names[0] : undefined);
    return context.found({
      message: 'missing',
      args: { ingress: object.ref.name, class: className, classes: listed(names) || 'none' },
      subject: root.kind === 'InferenceService' ? CONFIG : object.ref,
      affects: [object.ref, root],
      certainty: 'likely',
      basis:
        'there is no such IngressClass, and no controller has given the Ingress an address; one that goes by names alone would',
      consequence: 'Ingress controllers leave it alone: its host is answered by nobody, or with 404.',
      cite: [
        object.cite(`class ${className}`, '/spec/ingressClassName'),
        found.cite,
        ...(failed === undefined ? [] : [failed]),
      ],
      fixes: [nameClass(object.ref, root, className, near, owner)],
    });
  },
});

/** KServe writes the class of its Ingresses from here. */
const CONFIG: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kserve',
  name: 'inferenceservice-config',
};

function nameClass(
  ref: ResourceRef,
  root: ResourceRef,
  from: string,
  to: string | undefined,
  owner: Lookup<FieldOwner>,
): Fix {
  const effect = 'The ingress controller takes the Ingress up at once; no pod is restarted.';
  if (root.kind === 'InferenceService' || to === undefined)
    return fix({
      title: to === undefined ? 'Install an ingress controller, and name its class' : `Name IngressClass ${to}`,
      applicability: 'advice',
      effect,
      steps: [
        kubectl({}, ['get', 'ingressclasses'], false),
        manual(
          root.kind === 'InferenceService'
            ? 'Correct ingressClassName under ingress of ConfigMap inferenceservice-config, restart the KServe controller, and change an annotation of the InferenceService so that its Ingress is written anew.'
            : 'Correct spec.ingressClassName, or install the controller whose class it is.',
        ),
      ],
      verify: verifyWithInferscope(root),
    });
  return fix({
    title: `Name IngressClass ${to}`,
    applicability: 'review',
    effect,
    steps: [patch(ref, { spec: { ingressClassName: to } })],
    undo: [patch(ref, { spec: { ingressClassName: from } })],
    verify: verifyWithInferscope(ref),
    owner,
  });
}
