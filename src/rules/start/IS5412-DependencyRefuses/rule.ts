/** Cause: another service that the program needs refuses its connection. */
import { advice } from '../../../fixes/advice.ts';
import { failedProxyCall, isIdentityClient } from '../../../views/azureml/identity-proxy-failure.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { dependencies } from '../../../views/dependencies.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { isLoopback } from '../../../views/listening.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5412',
  name: 'DependencyRefuses',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A service that the program needs refuses the connection',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['Connection refused', 'ConnectionRefusedError', 'ECONNREFUSED', 'dependency-refuses'],
  needs: { runs: containerRuns, reached: dependencies, template: podTemplate },
  messages: {
    localhost: 'Container {container} connects to {host}:{port}, which is the pod itself, and nothing listens there',
    refuses: '{host}:{port} refuses the connection of container {container}',
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
        if (failure?.kind !== 'refused') return undefined;
        // The way to the identity proxy of Azure ML is looked at as a whole.
        if (isIdentityClient(run) && failedProxyCall(log) !== undefined) return undefined;
        const { hit, named, host, service } = failure;
        const { container } = run;
        const endpoints = service?.endpoints;
        const isServed =
          endpoints?.ports.some(
            (candidate) => failure.port === undefined || String(candidate.port) === failure.port,
          ) === true;
        // A Service without pods, or without that port, is IS5411.
        if (endpoints && Object.keys(endpoints.selector).length > 0 && (endpoints.readyPods === 0 || !isServed))
          return undefined;
        const isLocal = host === '0.0.0.0' || isLoopback(host);
        // A sidecar that waits for the container beside it: that container is the question.
        if (isLocal && run.state.containers.filter((candidate) => candidate.role !== 'init').length > 1)
          return undefined;
        return context.found({
          message: isLocal ? 'localhost' : 'refuses',
          args: { container: container.name, host, port: failure.port ?? 'its port' },
          subject: template.workload,
          container: container.name,
          certainty: isLocal ? 'confirmed' : 'likely',
          basis: isLocal
            ? 'in a pod, localhost is the pod itself'
            : 'the program says so; why it is refused was not seen',
          consequence: run.ended
            ? 'The program needs that service at its start and ends without it.'
            : 'The program goes on and does not become Ready without that service.',
          cite: [hit.cite, ...(named ? [named] : [])],
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: [
            advice(
              template.workload,
              isLocal
                ? `Use the Service's name instead of ${host}`
                : `Check that ${host} runs and listens on that port`,
              isLocal
                ? 'Set the address in the configuration of the program to name.namespace.svc'
                : 'Correct the address or bring that service up; a firewall or NetworkPolicy drops packets and would show as a timeout',
            ),
          ],
        });
      },
    );
  },
});
