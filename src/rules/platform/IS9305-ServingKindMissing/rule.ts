/** Cause: KServe wants to make an object of a kind that the cluster does not serve: Knative, Istio, KEDA … are not installed. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import { nameWithKind, severalOf } from '../../../model/kinds.ts';
import { groupOf, type ResourceRef } from '../../../model/reference.ts';
import { admissionRefusal, type AdmissionRefusal } from '../../../views/admission-refusal.ts';
import { reconcileError, type ReconcileState } from '../../../views/reconcile-error.ts';
import { defineRule } from '../../define.ts';

interface Missing {
  readonly kind: string;
  readonly group: string;
  readonly plural: string;
  readonly project: string;
  readonly cite: Citation;
}

const KNOWN: Readonly<Record<string, { readonly plural: string; readonly project: string }>> = {
  Service: { plural: 'services', project: 'Knative Serving' },
  VirtualService: { plural: 'virtualservices', project: 'Istio' },
  HTTPRoute: { plural: 'httproutes', project: 'the Gateway API' },
  Gateway: { plural: 'gateways', project: 'the Gateway API' },
  ScaledObject: { plural: 'scaledobjects', project: 'KEDA' },
  LeaderWorkerSet: { plural: 'leaderworkersets', project: 'LeaderWorkerSet' },
  InferencePool: { plural: 'inferencepools', project: 'the Gateway API inference extension' },
  OpenTelemetryCollector: { plural: 'opentelemetrycollectors', project: 'the OpenTelemetry operator' },
};

export default defineRule({
  code: 'IS9305',
  name: 'ServingKindMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'KServe needs a kind that the cluster does not serve',
  appliesTo: ['InferenceService', 'InferenceGraph', 'LLMInferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled', 'route-not-ready'],
  aliases: [
    'knative-not-installed',
    'istio-not-installed',
    'ServerlessModeRejected',
    'It is not possible to use Knative deployment mode when Knative Services are not available',
    'It is not possible to use Serverless deployment mode when Knative Services are not available',
    'VirtualServiceCRDNotFound',
    'Istio VirtualService CRD not present',
    'gateway API mode requires gateway.networking.k8s.io/v1',
    'Required scaling CRD not installed',
    'leaderworkerset-not-installed',
  ],
  needs: { refusal: admissionRefusal, error: reconcileError },
  messages: {
    missing: 'The cluster does not serve the kind {kind} of {group} ({project}), which KServe makes for {object}',
  },
  check({ refusal, error }, context) {
    const missing = ofRefusal(refusal) ?? ofWords(error);
    if (missing === undefined && error.state === 'unknown') return context.unknown(error.gap);
    if (missing === undefined) return context.notApplicable('KServe misses no kind');
    const { kind, group, plural, project, cite } = missing;
    const subject: ResourceRef = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: `${plural}.${group}`,
    };
    const knative = group === 'serving.knative.dev';
    return context.found({
      message: 'missing',
      args: { kind, group, project, object: nameWithKind(context.on) },
      subject,
      affects: [context.on],
      certainty: 'confirmed',
      basis: 'KServe says so',
      consequence: knative
        ? 'KServe makes nothing for objects of the serverless mode, which is the default of its ConfigMap.'
        : 'KServe does not make that part, and what depends on it does not become ready.',
      cite: [cite],
      trace: [{ text: `the KServe controller finds no kind ${kind} of ${group}`, cite: [cite] }],
      fixes: [
        fix({
          title: knative
            ? 'Use raw deployments, or install Knative Serving'
            : `Install ${project}, or switch its use off`,
          applicability: 'advice',
          effect: knative
            ? 'In mode RawDeployment KServe makes a Deployment and a Service: no scaling to zero, no revisions.'
            : 'The controller tries again by itself; it finds new kinds only after a restart.',
          steps: [
            kubectl({}, ['api-resources', `--api-group=${group}`], false),
            manual(
              knative
                ? `Delete ${nameWithKind(context.on)} and apply it again with the annotation serving.kserve.io/deploymentMode: RawDeployment (the mode of an existing one cannot be changed), or set deploy.defaultDeploymentMode in ConfigMap inferenceservice-config, or install Knative Serving and restart kserve-controller-manager.`
                : kind === 'VirtualService'
                  ? 'Set ingress.disableIstioVirtualHost to true in ConfigMap inferenceservice-config where Istio is not used, or install Istio; then restart kserve-controller-manager.'
                  : `Install ${project} and restart kserve-controller-manager.`,
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});

function ofRefusal(refusal: AdmissionRefusal): Missing | undefined {
  if (refusal.state !== 'refused' || refusal.by !== 'reconcile' || refusal.error.class !== 'no-match-for-kind')
    return undefined;
  const { kind, apiVersion } = refusal.error;
  return missingOf(kind, groupOf(apiVersion), refusal.cite);
}

/** kserve inferenceservice/controller.go, in the words of 0.13 to 0.20. */
function ofWords(error: ReconcileState): Missing | undefined {
  if (error.state !== 'met') return undefined;
  if (/not possible to use \w+ deployment mode when Knative Services are not available/.test(error.text))
    return missingOf('Service', 'serving.knative.dev', error.cite);
  if (/VirtualService CRD not present/.test(error.text))
    return missingOf('VirtualService', 'networking.istio.io', error.cite);
  // kserve llmisvc/scaling.go; what follows is the API server's answer, or names the kind.
  if (/scaling CRD not installed/.test(error.text)) return missingOf('ScaledObject', 'keda.sh', error.cite);
  const gateway = /gateway API mode requires (gateway\.networking\.k8s\.io)\/\S{1,20} "?(\w{1,60})"? CRD/.exec(
    error.text,
  );
  return gateway === null ? undefined : missingOf(gateway[2] ?? '', gateway[1] ?? '', error.cite);
}

function missingOf(kind: string, group: string, cite: Citation): Missing {
  const known = Object.hasOwn(KNOWN, kind) ? KNOWN[kind] : undefined;
  return {
    kind,
    group,
    plural: known?.plural ?? severalOf(kind.toLowerCase()),
    project: known?.project ?? `what brings ${group}`,
    cite,
  };
}
