/** Cause: somebody stopped the InferenceService or InferenceGraph on purpose, by the annotation that KServe has for it. */
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { pointerTo, textMapAt } from '../../../model/json.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { madeNothing } from '../../../views/made-nothing.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { conditionsOf } from '../../../views/parse/conditions.ts';
import { defineRule } from '../../define.ts';

/** kserve pkg/constants StopAnnotationKey; compared with `true` in any letter case. */
const STOP = 'serving.kserve.io/stop';

export default defineRule({
  code: 'IS6111',
  name: 'ServingStopped',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The InferenceService is stopped on purpose',
  appliesTo: ['InferenceService', 'InferenceGraph', 'LLMInferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: ['stopped-by-annotation', 'serving.kserve.io/stop', 'Stopped'],
  needs: { object: kubeObject, made: madeNothing, owner: fieldOwner },
  messages: {
    stopped: '{kind} {name} is stopped on purpose: its annotation serving.kserve.io/stop is {value}',
  },
  check({ object, made, owner }, context) {
    if (object.state === 'unknown') return context.unknown(object.gap);
    if (object.state === 'absent') return context.notApplicable('it does not exist');
    const { value } = object;
    const annotation = textMapAt(value.body, 'metadata', 'annotations')[STOP];
    const stopped = annotation?.toLowerCase() === 'true';
    const conditions = conditionsOf(value.body);
    const said =
      conditions.find(({ type, status }) => type === 'Stopped' && status === 'True') ??
      conditions.find(({ status, reason }) => status === 'False' && reason === 'Stopped');
    const annotated = value.cite(
      `annotation ${STOP}`,
      annotation === undefined ? '/metadata' : pointerTo('metadata', 'annotations', STOP),
    );
    if (!stopped) return context.ruledOut(`it has no annotation ${STOP}: "true"`, annotated);
    // Releases before 0.15 do not know the annotation.
    if (said === undefined) return context.notApplicable('KServe has not acted on the annotation');
    return context.found({
      message: 'stopped',
      args: { kind: context.on.kind, name: context.on.name, value: annotation ?? '' },
      subject: context.on,
      certainty: 'confirmed',
      basis: 'the annotation asks for it, and the conditions say so',
      consequence: 'KServe runs nothing for it, as it was asked to; nothing is broken in the cluster.',
      cite: [annotated, value.cite(`condition ${said.type}`, said.pointer)],
      trace:
        made.state === 'present' && made.value
          ? [{ text: 'KServe keeps no Knative Service and no Deployment for it', cite: [made.cite] }]
          : [],
      fixes: [
        fix({
          title: `Start ${nameWithKind(context.on)} again, if it should run`,
          applicability: 'review',
          effect: 'KServe makes its pods; they need the resources that they ask for.',
          steps: [kubectl(context.on, ['annotate', kindWord(context.on), context.on.name, `${STOP}-`], true)],
          undo: [
            kubectl(
              context.on,
              ['annotate', kindWord(context.on), context.on.name, `${STOP}=true`, '--overwrite'],
              true,
            ),
          ],
          verify: verifyWithInferscope(context.on),
          owner,
        }),
      ],
    });
  },
});
