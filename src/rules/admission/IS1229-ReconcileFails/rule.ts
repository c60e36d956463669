/** Fallback: the controller fails on the object, in words that no other rule knows. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { conditionsOf } from '../../../views/parse/conditions.ts';
import { parseAdmissionError } from '../../../views/parse/admission-message.ts';
import { loggedError } from '../../../views/parse/controller-line.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { attendingController } from '../../../views/attending-controller.ts';
import { reconcileError } from '../../../views/reconcile-error.ts';
import { ATTENDED } from '../../../views/serving-attention.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS1229',
  name: 'ReconcileFails',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'The controller fails on the object',
  general: true,
  appliesTo: ATTENDED,
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['ReconcileFailed', 'InternalError', 'Reconciler error', 'fails to reconcile predictor', 'Observed a panic'],
  needs: { error: reconcileError, attending: attendingController, object: kubeObject },
  messages: {
    says: '{object} cannot be reconciled: {words}',
    logs: '{title} fails on {object} at every try: {words}',
  },
  check({ error, attending, object: seen }, context) {
    if (error.state === 'unknown') return context.unknown(error.gap);
    const object = nameWithKind(context.on);
    const common = {
      subject: context.on,
      certainty: 'confirmed',
      consequence:
        'The controller tries again, in growing pauses of up to 16 minutes, and nothing is made or changed until it succeeds.',
      fixes: [
        fix({
          title: 'Mend what the controller names',
          applicability: 'advice',
          effect: 'The controller tries again by itself.',
          steps: [manual(`Read its words in full, and correct ${object} or what they name.`)],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    } as const;
    if (error.state === 'met') {
      const refusal = parseAdmissionError(error.text);
      // A condition that gives a reason of its own leads further than an event beside it.
      const told =
        error.from === 'event' && seen.state === 'present'
          ? conditionsOf(seen.value.body).find(
              ({ status, reason }) => status === 'False' && reason !== '' && reason !== 'ReconcileFailed',
            )
          : undefined;
      if (told !== undefined) return context.notApplicable(`its condition ${told.type} gives a reason`);
      if (refusal.class !== 'other')
        return context.ruledOut('the API server refuses what the controller makes', error.cite);
      return context.found({
        message: 'says',
        args: { object, words: quoted(refusal.detail, BRIEF) },
        basis: "the controller's own words",
        cite: [error.cite],
        trace: [{ text: `the controller fails: ${quoted(refusal.detail)}`, cite: [error.cite] }],
        ...common,
      });
    }
    if (attending?.lines?.state !== 'present' || attending.component.state !== 'present')
      return context.notApplicable('its controller says nothing of an error');
    const { info, version } = attending.component.value;
    const errors = attending.lines.value.flatMap((line) => {
      const logged = loggedError(line.text);
      return logged === undefined || logged.passing ? [] : [{ logged, cite: line.cite }];
    });
    const last = errors.at(-1);
    if (last === undefined) return context.ruledOut('its controller logs no error about it', attending.lines.cite);
    const title = info.title.charAt(0).toUpperCase() + info.title.slice(1);
    return context.found({
      message: 'logs',
      args: {
        object,
        title: version === undefined ? title : `${title} ${version}`,
        words: quoted(last.logged.text, BRIEF),
      },
      basis: 'the log of the controller names the object and the error',
      cite: [last.cite, attending.attention.cite],
      trace: [{ text: `the controller logs: ${quoted(last.logged.text)}`, cite: [last.cite] }],
      ...common,
    });
  },
});
