/** Cause: in the place of the model file lies a Git LFS pointer, a text of some 130 bytes. */
import { advice } from '../../../fixes/advice.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { isPointer, POINTER } from '../../../views/model-format.ts';
import { modelSource, sourceRef } from '../../../views/model-origin.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4204',
  name: 'ModelFileGitLfsPointer',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model file is a Git LFS pointer',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'git-lfs',
    'version https://git-lfs.github.com/spec/v1',
    'model-file-is-git-lfs-pointer',
    'model-file-unreadable',
    'KeyError: 118',
    "invalid load key, 'v'",
  ],
  needs: { runs: containerRuns, template: podTemplate, source: modelSource },
  messages: {
    pointer: '{origin} is no model but a text that begins with v, as a Git LFS pointer does',
    sized: '{origin} is no model but a text of {bytes} bytes that begins with v, as a Git LFS pointer does',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log does not look as if the model file were a Git LFS pointer', alsoRunning: true },
      (run, log) => {
        const hit = log.ending(...POINTER);
        if (!hit || !isPointer(log)) return undefined;
        const from = source.state === 'present' ? source.value : undefined;
        const object = from?.objects.length === 1 ? from.objects[0] : undefined;
        const uri = object?.uri ?? from?.uri;
        const isSmall = object?.bytes !== undefined && object.bytes < 1024;
        const common = {
          subject: uri === undefined ? imageRef(run.container.image) : sourceRef(uri),
          certainty: isSmall || /git-lfs/.test(hit.text) ? ('confirmed' as const) : ('likely' as const),
          basis: isSmall
            ? 'the reader stops at the first letter, v, and the file is far too small for a model'
            : 'the reader stops at the first letter, v',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [hit.cite, ...(object ? [object.cite] : [])] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: [
            advice(
              template.workload,
              'Put the real file in the place of the pointer',
              'Run git lfs pull in the clone before the model is uploaded or copied into the image',
            ),
          ],
        };
        const origin = uri ?? `The model file of ${run.container.image}`;
        return isSmall && object.bytes !== undefined
          ? context.found({ message: 'sized', args: { origin, bytes: object.bytes }, ...common })
          : context.found({ message: 'pointer', args: { origin }, ...common });
      },
    );
  },
});
