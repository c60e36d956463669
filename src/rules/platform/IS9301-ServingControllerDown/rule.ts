/** Cause: the controller whose work the object is does not run. */
import { command, fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { attendingController } from '../../../views/attending-controller.ts';
import { kserveConfig } from '../../../views/kserve-config.ts';
import { COMPONENTS } from '../../../views/parse/platform-components.ts';
import { spanText } from '../../../views/parse/time.ts';
import { ATTENDED, lackText, LONG_SECONDS } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS9301',
  name: 'ServingControllerDown',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The controller of the serving resource does not run',
  appliesTo: ATTENDED,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'kserve-controller-down',
    'knative-controller-down',
    'kserve-controller-manager',
    'kfserving-controller-manager',
    'The status is not available for the InferenceService',
  ],
  needs: { attending: attendingController, config: kserveConfig },
  messages: {
    scaled: '{title} does not run, because {workload} is scaled to 0: {duty}',
    down: '{title} does not run, since 0 of {desired} pods of {workload} are ready: {duty}',
    absent: '{title} was found in none of its usual namespaces: {duty}',
  },
  check({ attending, config }, context) {
    if (attending === undefined) return context.notApplicable('its controller has done its work on it');
    const { attention, component, trouble } = attending;
    if (attention.seconds === undefined || attention.seconds < LONG_SECONDS)
      return context.notApplicable('its controller had little time so far');
    if (component.state === 'unknown') return context.unknown(component.gap);
    const seen = {
      text: `${lackText(attention, context.on)}, ${spanText(attention.seconds)} after ${attention.lack === 'behind' ? 'the change' : 'it was made'}`,
      cite: [attention.cite],
    };
    if (component.state === 'absent') {
      const known = COMPONENTS.find(({ id }) => id === attention.controller);
      return context.found({
        message: 'absent',
        args: { title: upper(known?.title ?? 'its controller'), duty: known?.duty ?? 'nobody does its work' },
        subject: context.on,
        certainty: 'possible',
        basis: 'no Deployment of the names that it is shipped under was seen; it may run elsewhere',
        cite: [attention.cite, component.cite],
        fixes: [
          fix({
            title: `Find ${known?.title ?? 'the controller'}, or install it`,
            applicability: 'advice',
            effect: 'Changes nothing by itself.',
            steps: [
              command(['kubectl', 'get', 'deployments', '--all-namespaces'], false),
              manual('Where it runs under another name, read its log; where it is nowhere, apply its release again.'),
            ],
            verify: verifyWithInferscope(context.on),
          }),
        ],
      });
    }
    const { value } = component;
    if (!value.down) return context.ruledOut(`${value.info.title} runs`, ...value.cites);
    const { workload, info, desired } = value;
    // What keeps it from starting is told by itself.
    const [fault] = attention.controller === 'kserve-controller' && desired > 0 ? config.faults : [];
    if (fault !== undefined) return context.ruledOut('its configuration keeps it from starting', fault.cite);
    const name = `${workload.ref.kind} ${workload.ref.namespace ?? ''}/${workload.ref.name}`;
    const args = { title: upper(info.title), workload: name, duty: info.duty };
    const common = {
      subject: workload.ref,
      affects: [context.on],
      certainty: 'confirmed',
      basis: 'its status says that no pod of it is ready, and the object was not taken in hand',
      consequence: `What was applied is stored and nothing happens to it. What runs already goes on running, unchanged.`,
      cite: [...value.cites, attention.cite],
      trace: [...(trouble === undefined ? [] : [{ text: trouble.text, cite: [trouble.cite] }]), seen],
    } as const;
    const kind = kindWord(workload.ref);
    if (desired === 0)
      return context.found({
        message: 'scaled',
        args,
        ...common,
        fixes: [
          fix({
            title: `Start ${nameWithKind(workload.ref)} again`,
            applicability: 'review',
            effect: 'It catches up with everything that was changed meanwhile.',
            steps: [kubectl(workload.ref, ['scale', `${kind}/${workload.ref.name}`, '--replicas=1'], true)],
            undo: [kubectl(workload.ref, ['scale', `${kind}/${workload.ref.name}`, '--replicas=0'], true)],
            verify: verifyWithInferscope(context.on),
          }),
        ],
      });
    return context.found({
      message: 'down',
      args: { ...args, desired },
      ...common,
      fixes: [
        fix({
          title: `Find out why ${nameWithKind(workload.ref)} does not run`,
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [
            verifyWithInferscope(workload.ref),
            kubectl(workload.ref, ['logs', `${kind}/${workload.ref.name}`, '--all-containers', '--previous'], false),
            manual('Mend what that names; the controller then catches up by itself.'),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
