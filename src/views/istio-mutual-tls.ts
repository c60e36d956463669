/** Whether the pods of a model take mutual TLS only while those that call them speak plain HTTP, or the other way round. */
import type { Lookup } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { gatewayCallers, type CalledPod, type Caller } from './gateway-callers.ts';
import { byName } from './parse/by-name.ts';
import { istioPoliciesOn, modeAt, type MutualTls } from './istio-policies.ts';

export interface MutualTlsClash {
  /** STRICT for the pod, and these callers have no sidecar. */
  readonly strict?: { readonly policy: MutualTls; readonly callers: readonly [Caller, ...Caller[]] };
  /** A DestinationRule speaks mutual TLS to pods that have no sidecar, or plain to ones that are STRICT. */
  readonly rule?: { readonly rule: KubeObject; readonly mode: string };
  readonly pod: CalledPod;
}

/** Absent where nothing is at odds, as far as was read. */
export const istioMutualTls = defineView<Lookup<MutualTlsClash>>({
  id: 'istio-mutual-tls',
  needs: [{ type: 'object', kind: 'DestinationRule' }],
  uses: [gatewayCallers, istioPoliciesOn],
  derive(context, subject) {
    const found = context.use(gatewayCallers, subject);
    if (found.state !== 'present') return found;
    const [pod] = found.value.pods;
    if (pod === undefined) return { state: 'absent', cite: found.cite };
    const policies = context.use(istioPoliciesOn, pod.pod.ref);
    const mutualTls = policies.state === 'present' ? policies.value.mutualTls : undefined;
    const strict = pod.sidecar && mutualTls !== undefined && modeAt(mutualTls, pod.port) === 'STRICT';
    // Istio's own gateways are proxies of the mesh; Kourier and the activator are in it only with a sidecar.
    const [first, ...more] = found.value.callers.filter(
      (caller) => !caller.inMesh && !caller.workload.ref.name.includes('ingressgateway'),
    );
    const rule = byName(context.list('DestinationRule', { namespace: pod.namespace }).items).find((candidate) => {
      const mode = textAt(candidate.body, 'spec', 'trafficPolicy', 'tls', 'mode') ?? '';
      const host = (textAt(candidate.body, 'spec', 'host') ?? '').split('.')[0] ?? '';
      if (host !== '*' && !isOfPod(host, pod)) return false;
      return pod.sidecar
        ? strict && (mode === 'DISABLE' || mode === 'SIMPLE')
        : mode === 'ISTIO_MUTUAL' || mode === 'MUTUAL';
    });
    if (!(strict && first !== undefined) && rule === undefined) return { state: 'absent', cite: found.cite };
    return {
      state: 'present',
      cite: found.cite,
      value: {
        pod,
        ...(strict && mutualTls !== undefined && first !== undefined
          ? { strict: { policy: mutualTls, callers: [first, ...more] } }
          : {}),
        ...(rule === undefined
          ? {}
          : { rule: { rule, mode: textAt(rule.body, 'spec', 'trafficPolicy', 'tls', 'mode') ?? '' } }),
      },
    };
  },
});

/** Services of a component carry its name, those of a Revision the Revision's. */
function isOfPod(host: string, pod: CalledPod): boolean {
  const names = [
    pod.labels['serving.knative.dev/revision'],
    pod.labels['serving.knative.dev/service'],
    pod.labels['app']?.replace(/^isvc\./, ''),
  ];
  return names.some((name) => name !== undefined && (host === name || host === `${name}-private`));
}
