/** Cause: the InferenceService of a TrainedModel cannot take it: it is no multi-model predictor, or has no memory left by declaration. */
import { advice } from '../../../fixes/advice.ts';
import { textAt } from '../../../model/json.ts';
import { ownConditions } from '../../../views/own-conditions.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1236',
  name: 'TrainedModelParentUnfit',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The InferenceService of a TrainedModel cannot take it',
  appliesTo: ['TrainedModel'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'Inference Service predictor is not configured for multi-model serving',
    'Inference Service does not have enough memory resources for Trained Model',
    'trained-model-parent-unfit',
  ],
  needs: { own: ownConditions },
  messages: {
    single: 'InferenceService {parent} is not set up for several models, and {model} is to be one of them',
    memory: '{model} declares {memory} of memory, more than the predictor of InferenceService {parent} has left',
  },
  check({ own }, context) {
    if (own.state === 'unknown') return context.unknown(own.gap);
    if (own.state === 'absent') return context.notApplicable('the object does not exist');
    const { current, unhappy, object } = own.value;
    const parent = textAt(object.body, 'spec', 'inferenceService');
    // kserve pkg/controller/v1alpha1/trainedmodel/controller.go.
    const single = unhappy.find(({ reason }) => reason === 'IsNotMMSPredictor');
    const full = unhappy.find(({ reason }) => reason === 'MemoryResourceNotAvailable');
    const condition = single ?? full;
    if (condition === undefined || parent === undefined)
      return context.notApplicable('its controller has nothing against the InferenceService');
    if (!current) return context.notApplicable('its status speaks of an older spec');
    const service = { ...object.ref, kind: 'InferenceService', name: parent };
    const subject = {
      apiVersion: object.ref.apiVersion.replace(/\/.*/, '/v1beta1'),
      kind: 'InferenceService',
      name: parent,
      ...(service.namespace === undefined ? {} : { namespace: service.namespace }),
    };
    const common = {
      certainty: 'confirmed',
      basis: 'the controller says so in its condition',
      consequence: 'The model is not put into the configuration of the predictor.',
      cite: [condition.cite, object.cite('the InferenceService that it names', '/spec/inferenceService')],
    } as const;
    const model = `TrainedModel ${context.on.name}`;
    if (single !== undefined)
      return context.found({
        message: 'single',
        args: { parent, model },
        ...common,
        subject,
        fixes: [
          advice(
            context.on,
            'Use a predictor for several models',
            `Give InferenceService ${parent} a runtime with multiModel: true and no storageUri, or name another InferenceService`,
          ),
        ],
      });
    return context.found({
      message: 'memory',
      args: { parent, model, memory: textAt(object.body, 'spec', 'model', 'memory') ?? 'an unknown amount' },
      ...common,
      subject,
      fixes: [
        advice(
          context.on,
          'Raise the memory of the predictor, or declare less',
          `Raise the memory limit of the predictor of InferenceService ${parent}, or make ${context.on.name} anew with a smaller spec.model.memory, which cannot be changed in place`,
        ),
      ],
    });
  },
});
