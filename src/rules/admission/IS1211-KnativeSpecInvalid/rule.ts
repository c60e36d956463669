/** Cause: the spec holds something that Knative Serving never takes: a reserved port, two ports, a misplaced annotation … */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
} from '../../../views/admission-refusal.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { knativeDenialIn, type KnativeFault } from '../../../views/parse/knative-denial.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { usedRuntime } from '../../../views/used-runtime.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

/** What to do about each; facts of knative serving pkg/apis/serving. */
const ADVICE: Readonly<Record<KnativeFault, string>> = {
  'several-ports':
    'Keep one port in all containers of the pod together: Knative routes to one. For gRPC that is a port named h2c; metrics are scraped without declaring their port.',
  'port-name': 'Leave the name of the port out, or call it http1, or h2c for gRPC and HTTP/2 without TLS.',
  'reserved-port':
    'Have the server listen on another port: 8008, 8012, 8013, 8022, 8112, 9090 and 9091 belong to queue-proxy.',
  'reserved-name': 'Give the container another name: queue-proxy is added by Knative.',
  'reserved-variable': 'Remove the variable: Knative sets PORT, K_SERVICE, K_CONFIGURATION and K_REVISION itself.',
  'duplicate-container': 'Give each container a name of its own.',
  'probe-port': 'Leave the port of the probe out, or set it to the port of the container.',
  'probe-period': 'Set periodSeconds of the probe, or leave out what only makes sense with it.',
  'image-reference': 'Correct the image.',
  'volume-not-mounted': 'Mount the volume in a container, or remove it.',
  'reserved-path':
    'Mount the volume elsewhere: /, /dev, /dev/log, /tmp, /var and /var/log belong to the container or to Knative.',
  'annotation-misplaced':
    'Put annotations of autoscaling.knative.dev on the pods: spec.template.metadata of a Knative Service, metadata or the component of an InferenceService.',
  'annotation-invalid': 'Correct the value of the annotation.',
  'scale-bounds': 'Set maxReplicas to at least minReplicas.',
  'traffic-sum': 'Let the percentages of the traffic targets add up to 100.',
  'revision-immutable':
    'A Revision never changes: change the Knative Service or the InferenceService, and where it sets template.metadata.name, give each change a new name.',
  'field-not-allowed': 'Remove the field: Knative sets it itself or has no use for it.',
  'field-missing': 'Set the field.',
};

/** The field of a runtime or of a component where such a mistake is written, to tell whose it is. */
const WRITTEN_IN: Partial<Record<KnativeFault, string>> = {
  'several-ports': '"ports"',
  'port-name': '"ports"',
  'reserved-port': '"containerPort"',
  'reserved-variable': '"env"',
  'volume-not-mounted': '"volumes"',
  'reserved-path': '"mountPath"',
  'probe-port': 'Probe"',
  'probe-period': 'Probe"',
};

export default defineRule({
  code: 'IS1211',
  name: 'KnativeSpecInvalid',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The spec holds something that Knative never takes',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'knative-spec-invalid',
    'validation failed',
    'more than one container port is set',
    'is a reserved port',
    'is a reserved container name',
    'is a reserved environment variable',
    'Probe port must match container port',
    'autoscaling annotations must be put under',
    'Traffic targets sum to',
    'Saw the following changes without a name change',
  ],
  needs: { refusal: admissionRefusal, references: refusalReferences, runtime: usedRuntime, object: kubeObject },
  messages: {
    invalid: 'Knative refuses {what}: {words}',
    runtime: 'Knative refuses {what} for what {runtime} brings: {words}',
  },
  check({ refusal, references, runtime, object }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error, root } = refusal;
    const denial = knativeDenialIn(error);
    if (error.class !== 'webhook-denied' || denial?.class !== 'spec')
      return context.ruledOut('the refusal gives another reason', refusal.cite);
    const denied = error.denial.replace(/^\s*(?:validation|mutation) failed: /, '');
    const mark = WRITTEN_IN[denial.fault];
    const writes = (spec: unknown): boolean => {
      const text = JSON.stringify(spec ?? {});
      return mark !== undefined && text.includes(mark) && (denial.given === '' || text.includes(denial.given));
    };
    const used = runtime?.state === 'present' ? runtime.value : undefined;
    const service = object.state === 'present' ? object.value : undefined;
    // What the InferenceService does not write and its runtime does, is to be mended in the runtime.
    const brought =
      used !== undefined && service !== undefined && !writes(service.body['spec']) && writes(used.body['spec'])
        ? used
        : undefined;
    const subject = brought?.ref ?? root;
    const args = { what: whatIsRefused(refusal), words: quoted(denied, BRIEF) };
    const common = {
      subject,
      certainty: 'confirmed',
      basis: "the webhook's own words",
      consequence: whatFollows(refusal),
      cite: [refusal.cite, ...(brought === undefined ? [] : [brought.cite(`spec of ${brought.ref.name}`, '/spec')])],
      effects: refusal.effects,
      trace: refusalTrace(refusal, denied),
      fixes: [
        fix({
          title: `Correct ${nameWithKind(subject)}`,
          applicability: 'advice',
          effect:
            refusal.by === 'command'
              ? 'The object is taken when it is applied again.'
              : 'The controller tries again by itself.',
          steps: [
            kubectl(subject, ['get', kindWord(subject), subject.name, '-o', 'yaml'], false),
            manual(`${ADVICE[denial.fault]} Knative says: ${quoted(denied)}`),
          ],
          verify: verifyWithInferscope(root),
          owner: references.owner,
        }),
      ],
    } as const;
    if (brought === undefined) return context.found({ message: 'invalid', args, ...common });
    return context.found({
      message: 'runtime',
      args: { ...args, runtime: nameWithKind(brought.ref) },
      ...common,
    });
  },
});
