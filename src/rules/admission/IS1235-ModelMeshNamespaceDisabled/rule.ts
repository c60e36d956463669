/** Cause: the namespace of an InferenceService of mode ModelMesh is not enabled for ModelMesh, so no controller takes it in hand. */
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { modelMeshService } from '../../../views/model-mesh.ts';
import { readyCondition } from '../../../views/ready-condition.ts';
import { servingMode } from '../../../views/serving-mode.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1235',
  name: 'ModelMeshNamespaceDisabled',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The namespace is not enabled for ModelMesh',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['modelmesh-enabled', 'modelmesh-namespace-not-enabled'],
  needs: { service: modelMeshService, ready: readyCondition, mode: servingMode },
  messages: {
    disabled: 'Namespace {namespace} lacks the label modelmesh-enabled=true; no pod there serves {service}',
  },
  check({ service, ready, mode }, context) {
    if (service === undefined) return context.notApplicable('it is not of mode ModelMesh, as far as is known');
    if (ready.state === 'present' && ready.value.status === 'True')
      return context.ruledOut('it is Ready', ready.value.cite);
    if (service.namespace.state === 'unknown') return context.unknown(service.namespace.gap);
    if (service.namespace.state === 'absent') return context.notApplicable('the namespace does not exist');
    const namespace = service.namespace.value;
    const labels = namespace.cite('labels of the namespace', '/metadata/labels');
    if (service.enabled === true) return context.ruledOut('the namespace is enabled for ModelMesh', labels);
    return context.found({
      message: 'disabled',
      args: { namespace: namespace.ref.name, service: `InferenceService ${context.on.name}` },
      subject: namespace.ref,
      certainty: 'likely',
      basis: 'ModelMesh makes pods only in namespaces with that label, unless it watches the namespace that it runs in',
      consequence: 'KServe skips the object, and the ModelMesh controller makes no runtime pods in this namespace.',
      cite: [labels, ...(mode.state === 'present' ? [mode.value.cite] : [])],
      fixes: [
        fix({
          title: `Enable ModelMesh in ${namespace.ref.name}`,
          applicability: 'review',
          effect: 'The ModelMesh controller makes runtime pods in the namespace.',
          steps: [kubectl({}, ['label', 'namespace', namespace.ref.name, 'modelmesh-enabled=true'], true)],
          undo: [kubectl({}, ['label', 'namespace', namespace.ref.name, 'modelmesh-enabled-'], true)],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});
