/** Cause: the object is being deleted, and the controller that must let it go first does not. */
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { pendingDeletion } from '../../../views/pending-deletion.ts';
import { spanText } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

/** A controller that runs takes its finalizer off within seconds, and waits for nothing that takes minutes. */
const LONG_SECONDS = 60;

export default defineRule({
  code: 'IS9306',
  name: 'FinalizerHangs',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The object is being deleted and a finalizer holds it',
  appliesTo: [
    'InferenceService',
    'InferenceGraph',
    'TrainedModel',
    'LLMInferenceService',
    'Service.serving.knative.dev',
    'Configuration',
    'Revision',
    'Route',
    'Ingress.networking.internal.knative.dev',
  ],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'finalizer-hangs',
    'deletionTimestamp',
    'inferenceservice.finalizers',
    'routes.serving.knative.dev',
    'Terminating',
  ],
  needs: { deletion: pendingDeletion },
  messages: {
    down: '{object} has been in deletion for {span}; its finalizer {finalizer} is the work of {title}, which does not run',
    waits: '{object} has been in deletion for {span}, and its finalizer {finalizer} is still there',
  },
  check({ deletion }, context) {
    if (deletion === undefined) return context.notApplicable('it is not being deleted');
    const { object, seconds, finalizers, holder } = deletion;
    const cite = object.cite('since when it is being deleted', '/metadata/deletionTimestamp');
    const [finalizer] = finalizers;
    if (finalizer === undefined) return context.ruledOut('no finalizer holds it', cite);
    if (seconds < LONG_SECONDS) return context.notApplicable('it is being deleted since a moment ago');
    const args = { object: nameWithKind(context.on), span: spanText(seconds), finalizer };
    const held = [cite, object.cite('its finalizers', '/metadata/finalizers')] as const;
    const force = fix({
      title: `Take the finalizer ${finalizer} off by hand, as a last resort`,
      applicability: 'review',
      effect:
        'The object is gone at once. What its controller would have cleaned up stays and must be removed by hand.',
      steps: [patch(context.on, { metadata: { finalizers: finalizers.filter((name) => name !== finalizer) } })],
      undo: [manual(`Apply the manifest of ${nameWithKind(context.on)} again.`)],
      verify: kubectl(context.on, ['get', kindWord(context.on), context.on.name], false),
    });
    const consequence = 'The object cannot be used and cannot be made anew under its name until it is gone.';
    const down = holder?.state === 'present' && holder.value.down ? holder.value : undefined;
    if (down !== undefined) {
      const { workload, info, desired } = down;
      return context.found({
        message: 'down',
        args: { ...args, title: info.title },
        subject: workload.ref,
        affects: [context.on],
        certainty: 'confirmed',
        basis: 'the finalizer is still there, and no pod of its controller is ready',
        consequence,
        cite: [...held, ...down.cites],
        fixes: [
          fix({
            title: `Start ${nameWithKind(workload.ref)} again`,
            applicability: desired === 0 ? 'review' : 'advice',
            effect: 'It takes its finalizer off, and the object goes.',
            steps: [
              desired === 0
                ? kubectl(
                    workload.ref,
                    ['scale', `${kindWord(workload.ref)}/${workload.ref.name}`, '--replicas=1'],
                    true,
                  )
                : verifyWithInferscope(workload.ref),
            ],
            undo:
              desired === 0
                ? [
                    kubectl(
                      workload.ref,
                      ['scale', `${kindWord(workload.ref)}/${workload.ref.name}`, '--replicas=0'],
                      true,
                    ),
                  ]
                : [],
            verify: kubectl(context.on, ['get', kindWord(context.on), context.on.name], false),
          }),
          force,
        ],
      });
    }
    return context.found({
      message: 'waits',
      args,
      subject: context.on,
      certainty: 'likely',
      basis: 'deletion goes on far longer than a controller takes; why it does not let go is not said by the object',
      consequence,
      cite: held,
      fixes: [
        fix({
          title: `Find out why ${finalizer} is not taken off`,
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [
            kubectl(context.on, ['describe', kindWord(context.on), context.on.name], false),
            manual(
              'Read the log of the controller that the finalizer is named after, and whether what it cleans up can be reached.',
            ),
          ],
          verify: kubectl(context.on, ['get', kindWord(context.on), context.on.name], false),
        }),
        force,
      ],
    });
  },
});
