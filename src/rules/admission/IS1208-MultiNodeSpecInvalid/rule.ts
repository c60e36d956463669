/** Cause: the worker part of a model that is spread over several nodes does not fit: GPUs, or a runtime without workers. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { isMultiNodeDenial, kserveDenialAdvice } from '../../../fixes/kserve-denial.ts';
import { admissionRefusal, refusalTrace, whatFollows } from '../../../views/admission-refusal.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { inferenceServiceState } from '../../../views/kserve-spec.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1208',
  name: 'MultiNodeSpecInvalid',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The worker part of a model over several nodes does not fit',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'multi-node-spec-invalid',
    'StorageURI must be set for multinode enabled',
    "Multinode only supports 'none' autoscaler",
    'Unknown GPU resource type',
    'InvalidGPUAllocation',
    'InvalidWorkerSpecNotSet',
    'the total required number of GPUs',
    'you cannot set WorkerSpec in the InferenceService if the ServingRuntime does not have a WorkerSpec',
  ],
  needs: { state: inferenceServiceState, refusal: admissionRefusal, owner: fieldOwner },
  messages: {
    gpus: '{service} needs {total} GPUs in all, and assigns {head} to the head and {worker} to the workers',
    gpusUnsaid: 'The GPUs of head and workers of {service} do not fit its parallelism',
    worker: '{service} sets a workerSpec, and its ServingRuntime has none',
    denied: 'KServe takes {service} over several nodes only otherwise: {words}',
  },
  check({ state, refusal, owner }, context) {
    const denial =
      refusal.state === 'refused' && refusal.error.class === 'webhook-denied' ? refusal.error.denial : undefined;
    if (refusal.state === 'refused' && denial !== undefined && isMultiNodeDenial(denial)) {
      const words = denial.replace(/^[^]{0,400}? is invalid: /, '');
      return context.found({
        message: 'denied',
        args: { service: `InferenceService ${context.on.name}`, words: quoted(words, BRIEF) },
        subject: refusal.root,
        certainty: 'confirmed',
        basis: "the webhook's own words",
        consequence: whatFollows(refusal),
        cite: refusal.cites,
        effects: refusal.effects,
        trace: refusalTrace(refusal, words),
        fixes: [
          fix({
            title: `Correct InferenceService ${context.on.name}`,
            applicability: 'advice',
            effect: 'The object is taken when it is applied again.',
            steps: [manual(`${kserveDenialAdvice(denial) ?? quoted(words)} Then apply the manifest again.`)],
            verify: verifyWithInferscope(context.on),
            owner,
          }),
        ],
      });
    }
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('it does not exist');
    const { conditions, object } = state.value;
    const condition = conditions.find(
      ({ status, reason }) =>
        status === 'False' && (reason === 'InvalidGPUAllocation' || reason === 'InvalidWorkerSpecNotSet'),
    );
    if (condition === undefined) return context.notApplicable('KServe finds nothing wrong with its workers');
    const service = `InferenceService ${context.on.name}`;
    const worker = condition.reason === 'InvalidWorkerSpecNotSet';
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      basis: 'KServe says so',
      consequence: 'KServe makes no Deployment, neither of the head nor of the workers.',
      cite: [
        object.cite(`condition ${condition.type}`, condition.pointer),
        object.cite('its workers', '/spec/predictor/workerSpec'),
      ],
      fixes: [
        fix({
          title: worker ? 'Name a runtime with workers, or take workerSpec out' : 'Let parallelism and GPUs agree',
          applicability: 'advice',
          effect: 'KServe makes the Deployments of head and workers at its next try.',
          steps: [
            kubectl(context.on, ['get', 'inferenceservice', context.on.name, '-o', 'yaml'], false),
            manual(
              worker
                ? 'Set spec.predictor.model.runtime to a runtime with a workerSpec, such as kserve-huggingfaceserver-multinode, or remove spec.predictor.workerSpec.'
                : 'pipelineParallelSize times tensorParallelSize must be at least the GPUs of the head and of a worker together: lower the GPUs or raise the sizes.',
            ),
          ],
          verify: verifyWithInferscope(context.on),
          owner,
        }),
      ],
    } as const;
    if (worker) return context.found({ message: 'worker', args: { service }, ...common });
    // kserve components/predictor.go: `…number of GPUs(4) is less than … head node(2) + worker node(4)`.
    const numbers = [...condition.message.slice(0, 1000).matchAll(/\((\d{1,9})\)/g)].map(([, number = '']) => number);
    const [total, head, workers] = numbers;
    if (total === undefined || head === undefined || workers === undefined)
      return context.found({ message: 'gpusUnsaid', args: { service }, ...common });
    return context.found({ message: 'gpus', args: { service, total, head, worker: workers }, ...common });
  },
});
