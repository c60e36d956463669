/** Cause: the program connects to a Service that has no ready pods behind it. */
import { advice } from '../../../fixes/advice.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { dependencies } from '../../../views/dependencies.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5411',
  name: 'DependencyWithoutEndpoints',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A service that the program needs has no ready pods',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'dependency-without-endpoints',
    'dependency-refuses-connection',
    'ConnectionRefusedError',
    'Connection refused',
    'ECONNREFUSED',
  ],
  needs: { runs: containerRuns, reached: dependencies, template: podTemplate },
  messages: {
    noPods: 'Container {container} connects to Service {service}, which has no pods behind it: none matches {selector}',
    noneReady: 'Container {container} connects to Service {service}; of the {count} pods that match it, none is Ready',
    wrongPort: 'Container {container} connects to port {port} of Service {service}, which has no such port',
  },
  check({ runs, reached, template }, context) {
    if (reached.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { failures } = reached.value;
    return judgeRuns(
      runs,
      context,
      {
        absent: 'the end of the log tells of no such failure to reach another service',
        alsoRunning: true,
        alsoKilled: true,
      },
      (run, log) => {
        const failure = failures.find((candidate) => candidate.run.container.name === run.container.name);
        const target = failure?.kind === 'refused' ? failure.service : undefined;
        const endpoints = target?.endpoints;
        if (!failure || !target || !endpoints || Object.keys(endpoints.selector).length === 0) return undefined;
        const { hit, named, port } = failure;
        const { container } = run;
        const { service, selected, ports } = endpoints;
        const selector = Object.entries(endpoints.selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
        const common = {
          certainty: 'confirmed' as const,
          consequence: 'The connection is refused at every start, and the program ends without it.',
          trace: [
            ...(named ? [{ text: `the program connects to ${failure.host}`, cite: [named] }] : []),
            ...runTrace(run, log),
          ],
          effects: run.effects,
        };
        const shows = [hit.cite, ...(named ? [named] : [])] as const;
        if (
          port !== undefined &&
          !ports.some((candidate) => String(candidate.port) === port) &&
          endpoints.readyPods > 0
        ) {
          return context.found({
            message: 'wrongPort',
            args: { container: container.name, port, service: service.ref.name },
            subject: template.workload,
            container: container.name,
            ...common,
            basis: 'the Service lists its ports',
            cite: [...shows, service.cite(`ports of Service ${service.ref.name}`, '/spec/ports')],
            fixes: [
              advice(
                template.workload,
                `Use a port that Service ${service.ref.name} has: ${ports.map((candidate) => candidate.port).join(', ')}`,
                'Correct the address in the configuration of the program',
              ),
            ],
          });
        }
        if (endpoints.readyPods > 0) return undefined;
        // Pods that nobody listed may well be Ready.
        if (endpoints.podsSeen.state === 'unknown') return context.unknown(endpoints.podsSeen.gap);
        const list = kubectl(service.ref, ['get', 'pods', '-l', selector], false);
        const deploy = fix({
          title:
            selected.length === 0
              ? `Deploy the pods of Service ${service.ref.name}, or correct its selector`
              : `Bring the pods of Service ${service.ref.name} to Ready`,
          applicability: 'advice',
          effect: 'The program reaches it at its next start.',
          steps: [
            list,
            manual(
              selected.length === 0
                ? `No pod has the labels ${selector}: deploy what should carry them, or change the selector to the labels of pods that are there.`
                : 'Find out why they are not Ready; the program starts once one is.',
            ),
          ],
          verify: verifyWithInferscope(template.workload),
        });
        const cite = [...shows, service.cite(`selector of Service ${service.ref.name}`, '/spec/selector')] as const;
        if (selected.length === 0) {
          return context.found({
            message: 'noPods',
            args: { container: container.name, service: service.ref.name, selector },
            subject: service.ref,
            ...common,
            basis: 'the Service selects pods by labels that no pod has',
            cite,
            fixes: [deploy],
          });
        }
        return context.found({
          message: 'noneReady',
          args: { container: container.name, service: service.ref.name, count: selected.length },
          subject: service.ref,
          ...common,
          basis: 'the pods behind the Service are not Ready',
          cite,
          fixes: [deploy],
        });
      },
    );
  },
});
