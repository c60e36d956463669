/** Fallback: the controller runs, and its log does not know of the object at all. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { attendingController } from '../../../views/attending-controller.ts';
import { spanText } from '../../../views/parse/time.ts';
import { reconcileError } from '../../../views/reconcile-error.ts';
import { ATTENDED, lackText, LONG_SECONDS } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS9303',
  name: 'ControllerSilent',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The controller runs and does not look at the object',
  general: true,
  appliesTo: ATTENDED,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['kserve-controller-not-watching', 'InferenceService without status', 'READY empty'],
  needs: { attending: attendingController, error: reconcileError },
  messages: {
    unseen: '{title} runs, and its log never names {object}, which was {change} {span} ago',
  },
  check({ attending, error }, context) {
    if (attending === undefined) return context.notApplicable('its controller has done its work on it');
    if (error.state === 'met') return context.ruledOut('its controller says what it fails on', error.cite);
    const { attention, component, lines } = attending;
    const { seconds } = attention;
    if (seconds === undefined || seconds < LONG_SECONDS)
      return context.notApplicable('its controller had little time so far');
    if (component.state === 'unknown') return context.unknown(component.gap);
    if (component.state === 'absent' || lines === undefined) return context.notApplicable('no controller runs');
    if (lines.state === 'unknown') return context.unknown(lines.gap);
    if (lines.state === 'absent') return context.notApplicable('there is no log');
    const { info, workload } = component.value;
    const [first] = lines.value;
    if (first !== undefined) return context.ruledOut('its controller works on it', first.cite);
    return context.found({
      message: 'unseen',
      args: {
        title: info.title.charAt(0).toUpperCase() + info.title.slice(1),
        object: nameWithKind(context.on),
        change: attention.lack === 'behind' ? 'changed' : 'made',
        span: spanText(seconds),
      },
      subject: workload.ref,
      affects: [context.on],
      certainty: 'possible',
      basis: 'the part of its log that was read does not name the object; nothing tells why',
      consequence: 'Nothing is made for the object, and it says nothing itself.',
      cite: [attention.cite, lines.cite],
      trace: [{ text: lackText(attention, context.on), cite: [attention.cite] }],
      fixes: [
        fix({
          title: `Find out why ${info.title} does not look at it`,
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [
            kubectl(
              workload.ref,
              ['logs', `${kindWord(workload.ref)}/${workload.ref.name}`, '--all-containers', '--tail=200'],
              false,
            ),
            manual(
              'Look for a limit to certain namespaces among its arguments, for a leader election that another instance holds, for lists that it may not read, and for a start that waits for a missing kind.',
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});
