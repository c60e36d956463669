/** Cause: the name of another service that the program needs does not resolve. */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { dependencies } from '../../../views/dependencies.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5410',
  name: 'DependencyNotResolved',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The name of a service that the program needs does not resolve',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'dependency-name-not-resolved',
    'dependency-name-unresolvable',
    'Name or service not known',
    'gaierror',
    'no such host',
    'ENOTFOUND',
    'Temporary failure in name resolution',
  ],
  needs: { runs: containerRuns, reached: dependencies, template: podTemplate },
  messages: {
    noNamespace: 'Container {container} looks for {host}, and there is no namespace {namespace}',
    noService: 'Container {container} looks for {host}, and namespace {namespace} has no Service {service}',
    exists: 'Container {container} cannot resolve {host}, although Service {service} exists in namespace {namespace}',
    noName: 'Container {container} looks for {host}, and DNS has no such name',
    unseen: 'Container {container} cannot resolve {host}',
    dnsDown: 'Container {container} cannot resolve {host}, and no DNS pod of the cluster is Ready',
  },
  check({ runs, reached, template }, context) {
    if (reached.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { failures, dnsDown } = reached.value;
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
        if (failure?.kind !== 'name') return undefined;
        const { host, hit, named, service, variable } = failure;
        const { container } = run;
        const subject = variable?.configMap ?? template.workload;
        const near = service?.nearest[0];
        const common = {
          subject,
          ...(variable?.configMap ? {} : { container: container.name }),
          consequence: consequenceOf(run, 'The program needs that service at its start and ends without it.'),
          trace: [
            ...(named ? [{ text: `the program connects to ${host}`, cite: [named] }] : []),
            ...runTrace(run, log),
          ],
          effects: run.effects,
        };
        const cited = [hit.cite, ...(named ? [named] : []), ...(variable ? [variable.cite] : [])] as const;
        const correct = advice(
          template.workload,
          near === undefined
            ? `Correct the address, or deploy ${service?.ref.name ?? host}`
            : `Use ${near}, which exists`,
          variable
            ? `Set ${variable.name} of container ${container.name} to the address of a Service that exists, as name.namespace.svc; within one namespace the name is enough`
            : 'Set the address in the configuration of the program to a Service that exists, as name.namespace.svc; within one namespace the name is enough',
        );
        const args = { container: container.name, host };
        if (dnsDown) {
          return context.found({
            message: 'dnsDown',
            args,
            ...common,
            subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'coredns' },
            certainty: 'likely',
            basis: 'the pods that answer DNS queries are not Ready',
            cite: [hit.cite, dnsDown],
            fixes: [
              advice(
                template.workload,
                'Bring the DNS pods of the cluster back',
                'Look at the pods with k8s-app=kube-dns in kube-system',
              ),
            ],
          });
        }
        // EAI_NONAME is the answer "no such name", not the want of an answer; the namespace itself was not looked at.
        if (
          service?.object.state === 'unknown' &&
          /Name or service not known|no such host|ENOTFOUND|does not resolve/.test(hit.text)
        ) {
          return context.found({
            message: 'noName',
            args,
            ...common,
            certainty: 'confirmed',
            basis: 'DNS answers that there is no such name',
            cite: cited,
            fixes: [correct],
          });
        }
        if (!service || service.object.state === 'unknown') {
          return context.found({
            message: 'unseen',
            args,
            ...common,
            certainty: 'likely',
            basis: 'the program says so; what the name should lead to was not seen',
            cite: cited,
            fixes: [correct],
          });
        }
        const names = { ...args, service: service.ref.name, namespace: service.ref.namespace ?? '' };
        if (service.object.state === 'present') {
          return context.found({
            message: 'exists',
            args: names,
            ...common,
            certainty: 'possible',
            basis: 'the program says so, yet the Service exists now',
            cite: [hit.cite, service.object.cite],
            fixes: [correct],
          });
        }
        const isAbsent = service.namespace?.state === 'absent';
        return context.found({
          message: isAbsent ? 'noNamespace' : 'noService',
          args: names,
          ...common,
          certainty: 'confirmed',
          basis: 'the resolver does not know the name, and the cluster has no such Service',
          cite: [hit.cite, ...(named ? [named] : []), service.object.cite],
          fixes: [correct],
        });
      },
    );
  },
});
