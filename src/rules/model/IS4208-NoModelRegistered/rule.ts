/** Cause: a program of the user's own starts KServe's server without a model that is ready. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { codeOrigin, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { standingSignal } from '../../../views/server-load.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set(['kserve-no-model-ready', 'kserve-model-refused']);

export default defineRule({
  code: 'IS4208',
  name: 'NoModelRegistered',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The program hands its model server no model that is ready',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'custom-model-not-ready',
    'NoModelReady',
    'Model type should be',
    'Failed to register model, model.name must be provided',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    unready: 'The program of container {container} starts its server before model {models} is ready',
    refused: 'The program of container {container} hands its server no model that it takes: {meaning}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the server does not complain of the models that it is handed', alsoRunning: true },
      (run, log) => {
        const hit = standingSignal(log, SIGNALS);
        if (!hit) return undefined;
        const { container } = run;
        const { groups, signal } = hit.match;
        const models = groups['models'];
        const common = {
          subject: codeOrigin(run, log.traceback?.userFrame?.file, template.workload),
          certainty: 'confirmed' as const,
          basis: 'the server says so when it is started',
          consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
          cite: [hit.cite] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            rebuildImage(
              container.image,
              'with a program that loads its model first',
              template.workload,
              withoutStop(signal.fix),
            ),
          ],
        };
        return models === undefined
          ? context.found({
              message: 'refused',
              args: { container: container.name, meaning: signal.meaning },
              ...common,
            })
          : context.found({ message: 'unready', args: { container: container.name, models }, ...common });
      },
    );
  },
});
