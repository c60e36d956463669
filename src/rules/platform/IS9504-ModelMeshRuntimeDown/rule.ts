/** Cause: the shared pods of the ModelMesh runtime that an InferenceService is served by are not available. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { numberAt } from '../../../model/json.ts';
import { modelMeshService } from '../../../views/model-mesh.ts';
import { readyCondition } from '../../../views/ready-condition.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9504',
  name: 'ModelMeshRuntimeDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The runtime of ModelMesh that serves the model has no available pod',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'Waiting for runtime Pod to become available',
    'Waiting for supporting runtime Pod to become available',
    'modelmesh-runtime-down',
  ],
  needs: { service: modelMeshService, ready: readyCondition },
  messages: {
    down: 'Deployment {deployment}, which serves the models of runtime {runtime}, has {available} of {wanted} pods available',
    scaled: 'Deployment {deployment}, which serves the models of runtime {runtime}, is scaled to zero',
  },
  check({ service, ready }, context) {
    if (service === undefined) return context.notApplicable('it is not of mode ModelMesh, as far as is known');
    if (ready.state === 'present' && ready.value.status === 'True')
      return context.ruledOut('it is Ready', ready.value.cite);
    if (service.runtime === undefined) return context.notApplicable('nothing tells which runtime serves it');
    const { deployment, name } = service.runtime;
    if (deployment.state === 'unknown') return context.unknown(deployment.gap);
    if (deployment.state === 'absent') return context.notApplicable('the runtime has no Deployment in this namespace');
    const { value } = deployment;
    const { body, ref } = value;
    const wanted = numberAt(body, 'spec', 'replicas') ?? 1;
    const available = numberAt(body, 'status', 'availableReplicas') ?? 0;
    if (available > 0)
      return context.ruledOut(
        'pods of its runtime are available',
        value.cite('available pods', '/status/availableReplicas'),
      );
    const args = { deployment: ref.name, runtime: name };
    const common = {
      subject: ref,
      affects: [context.on],
      certainty: 'likely',
      basis: 'all models of that runtime are served by these pods, and none is available',
      consequence: 'No model of this runtime in this namespace is served.',
      cite: [
        value.cite('wanted pods', '/spec/replicas'),
        value.cite('available pods', '/status/availableReplicas'),
        service.object.cite('the service', '/status'),
      ],
      fixes: [
        fix({
          title: `Look at Deployment ${ref.name}`,
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [
            {
              kind: 'command',
              argv: ['inferscope', `deployment/${ref.name}`, '-n', ref.namespace ?? 'default'],
              mutates: false,
            },
            kubectl(ref, ['get', 'secret', 'model-serving-etcd', 'storage-config'], false),
            manual(
              'Mend what that report names; the pods also need the Secrets model-serving-etcd and storage-config.',
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    } as const;
    // modelmesh-serving scales a runtime to zero while no model asks for it.
    if (wanted === 0) return context.found({ message: 'scaled', args, ...common });
    return context.found({ message: 'down', args: { ...args, available, wanted }, ...common });
  },
});
