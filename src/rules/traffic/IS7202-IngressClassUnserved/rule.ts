/** Cause: the class of a Knative Ingress is that of a networking controller that is not installed. */
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayController, type GatewayController } from '../../../views/gateway-controller.ts';
import { defineRule } from '../../define.ts';
import { spanText } from '../../../views/parse/time.ts';

export default defineRule({
  code: 'IS7202',
  name: 'IngressClassUnserved',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'No installed networking controller takes the class of the Knative Ingress',
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'ingress-class',
    'networking.knative.dev/ingress.class',
    'IngressNotConfigured',
    'wrong-ingress-class',
    'no networking layer installed',
  ],
  needs: { controller: gatewayController },
  messages: {
    other:
      '{where} asks for ingress class {class}, and its controller is not installed; {installed} is, of class {other}',
    none: 'Ingress class {class} is asked for, and no networking controller of Knative is installed',
  },
  check({ controller }, context) {
    if (controller.state === 'unknown') return context.unknown(controller.gap);
    if (controller.state === 'absent') return context.notApplicable('no Knative Ingress waits for a gateway');
    const { route, controller: own, others, seen, askedBy } = controller.value;
    if (route.state !== 'untouched' || route.className === '')
      return context.notApplicable('a networking controller took the Ingress in hand');
    if (own?.state === 'present') return context.ruledOut('the controller of that class is installed', own.cite);
    if (seen.state !== 'present')
      return seen.state === 'unknown' ? context.unknown(seen.gap) : context.notApplicable('nothing was listed');
    const [other] = others;
    // A class that is none of Knative's own may be a third party's, whose controller has any name.
    if (own === undefined && other === undefined)
      return context.notApplicable('the class is none of the networking layers of Knative');
    const proven = own?.state === 'absent';
    const common = {
      affects: route.affects,
      certainty: proven ? 'confirmed' : 'likely',
      basis: proven
        ? 'the namespaces of that controller were read whole and do not hold it'
        : `it is not in namespace knative-serving, and nobody has written a status for ${spanText(route.seconds)}`,
      consequence: 'Networking controllers leave Ingresses of other classes alone, so this one never gets a status.',
    } as const;
    const written = route.ingress.cite(
      `class ${route.className}`,
      '/metadata/annotations/networking.knative.dev~1ingress.class',
    );
    if (other === undefined) {
      if (own === undefined) return context.notApplicable('the class is none of Knative');
      // Distributions put it elsewhere.
      if (own.state === 'unknown' && route.seconds < SILENT_SECONDS) return context.unknown(own.gap);
      const missing: ResourceRef = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'knative-serving',
        name: MISSING[route.className] ?? '',
      };
      return context.found({
        message: 'none',
        args: { class: route.className },
        subject: missing,
        ...common,
        // It may run, or be down, in a namespace that was not read: then this is one reading among others.
        ...(own.state === 'unknown' ? { certainty: 'possible', wants: [own.gap] } : {}),
        cite: [written, own.state === 'absent' ? own.cite : seen.cite],
        fixes: [installOne(route.root)],
      });
    }
    if (!proven && route.seconds < SILENT_SECONDS) return context.notApplicable('the Ingress was only just made');
    const where = askedBy.object.kind === 'ConfigMap' ? 'ConfigMap config-network' : nameWithKind(askedBy.object);
    return context.found({
      message: 'other',
      args: {
        where,
        class: route.className,
        installed: nameWithKind(other.component.workload.ref),
        other: other.layer.className,
      },
      subject: askedBy.object,
      ...common,
      cite: [
        written,
        ...(askedBy.cite === undefined ? [] : [askedBy.cite]),
        other.component.workload.cite('installed controller'),
      ],
      fixes: [takeClass(askedBy, route.className, other.layer.className, route.root)],
    });
  },
});

/** Longer than a controller takes for its first status. */
const SILENT_SECONDS = 60;

const MISSING: Readonly<Record<string, string>> = {
  'istio.ingress.networking.knative.dev': 'net-istio-controller',
  'kourier.ingress.networking.knative.dev': 'net-kourier-controller',
  'contour.ingress.networking.knative.dev': 'net-contour-controller',
  'gateway-api.ingress.networking.knative.dev': 'net-gateway-api-controller',
};

function takeClass(askedBy: GatewayController['askedBy'], from: string, to: string, root: ResourceRef): Fix {
  const { object, key } = askedBy;
  const title = `Ask for ingress class ${to}`;
  if (object.kind === 'ConfigMap')
    return fix({
      title,
      applicability: 'review',
      effect: 'Knative makes the Ingresses of all Routes anew in that class; no pod is restarted.',
      steps: [patch(object, { data: { [key]: to } })],
      undo: [patch(object, { data: { [key]: from } })],
      verify: verifyWithInferscope(root),
    });
  return fix({
    title: `${title} in ${nameWithKind(object)}`,
    applicability: 'review',
    effect: 'The Route gets an Ingress of that class; no pod is restarted.',
    steps: [kubectl(object, ['annotate', kindWord(object), object.name, `${key}=${to}`, '--overwrite'], true)],
    undo: [kubectl(object, ['annotate', kindWord(object), object.name, `${key}=${from}`, '--overwrite'], true)],
    verify: verifyWithInferscope(root),
  });
}

function installOne(root: ResourceRef): Fix {
  return fix({
    title: 'Install the networking layer that config-network names',
    applicability: 'advice',
    effect: 'Its controller takes up all Knative Ingresses of its class.',
    steps: [
      manual(
        'Install net-istio, net-kourier, net-contour or net-gateway-api in the version of Knative Serving, and name its class under ingress-class of ConfigMap knative-serving/config-network.',
      ),
    ],
    verify: verifyWithInferscope(root),
  });
}
