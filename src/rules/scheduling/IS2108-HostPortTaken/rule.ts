/** A pod wants a port of the node itself (hostPort, or hostNetwork) and another pod holds it on every node that is left. */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import type { Fix } from '../../../model/finding.ts';
import { booleanAt, listAt, numberAt, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { commonOf, scheduling, whereDecisive, type Scheduling } from '../../../views/scheduling.ts';

export default defineRule({
  code: 'IS2108',
  name: 'HostPortTaken',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The host port that a pod wants is taken on every node',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: ["node(s) didn't have free ports for the requested pod ports", 'hostPort', 'hostNetwork', 'host-port-taken'],
  needs: { placement: scheduling },
  messages: {
    held: '{workload} wants host port {port}; Pod {holder} holds it on Node {node}',
    unseen: '{workload} wants a host port that is taken on every node left ({count})',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['host-port'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const workload = nameWithKind(waiting.workload);
    const common = {
      ...commonOf(waiting),
      certainty: 'confirmed' as const,
      basis: 'the scheduler says that the ports are taken',
      consequence: 'A host port exists once on each node: there can be no more such pods than nodes.',
      fixes: [withoutHostPorts(waiting)],
    };
    if (decisive.misfit?.kind !== 'host-port' || decisive.node === undefined) {
      return context.found({
        ...common,
        message: 'unseen',
        args: { workload, count: decisive.reason.count },
        cite: waiting.cites,
      });
    }
    const { port, holder } = decisive.misfit;
    return context.found({
      ...common,
      message: 'held',
      args: { workload, port, holder: `${holder.ref.namespace ?? ''}/${holder.ref.name}`, node: decisive.node.name },
      cite: [...waiting.cites, holder.cite(`ports of Pod ${holder.ref.name}`, '/spec/containers')],
    });
  },
});

/** Takes the host ports of the named containers out; a pod on the host's network has them by that alone. */
function withoutHostPorts(waiting: Scheduling): Fix {
  const containers = listAt(waiting.pod.body, 'spec', 'containers').flatMap((container) => {
    const ports = listAt(container, 'ports').flatMap((port) =>
      numberAt(port, 'hostPort') === undefined
        ? []
        : [
            {
              containerPort: numberAt(port, 'containerPort') ?? 0,
              protocol: textAt(port, 'protocol') ?? 'TCP',
              hostPort: null,
            },
          ],
    );
    return ports.length === 0 ? [] : [{ name: textAt(container, 'name') ?? '', ports }];
  });
  const onHost = booleanAt(waiting.pod.body, 'spec', 'hostNetwork') === true;
  return changePodSpec(waiting, {
    title: 'Leave out the host port, and reach the pod through a Service',
    applicability: 'review',
    spec: { ...(onHost ? { hostNetwork: false } : {}), ...(containers.length === 0 ? {} : { containers }) },
    what: 'no hostPort (and no hostNetwork)',
  });
}
