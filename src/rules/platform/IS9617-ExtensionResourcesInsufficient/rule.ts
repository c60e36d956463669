/** Check: the nodes that can take pods of the Azure ML extension have too little room for them. */
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import { at, listAt, pointerTo } from '../../../model/json.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { nodeMakers } from '../../../views/cluster/node-makers.ts';
import { amountText, byReason, eligibleNodes, MEBI, type JudgedNode } from '../../../views/azureml/eligible-nodes.ts';
import { extensionPlan, type ExtensionPlan } from '../../../views/azureml/extension-plan.ts';
import { extensionRoom, type Amounts } from '../../../views/azureml/extension-room.ts';
import { amountsAt, podRequests } from '../../../views/pod-requests.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9617',
  name: 'ExtensionResourcesInsufficient',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The nodes have too little room for the pods of the Azure ML extension',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: [
    'extension-resources-insufficient',
    'insufficient-cpu',
    'node-selector-mismatch',
    'has been uninstalled due to atomic being set: timed out waiting for the condition',
    'Timed out waiting for the resource to come to a ready/completed state.',
    'Insufficient cpu',
    'Insufficient memory',
  ],
  preflight: {
    profile: 'azureml',
    title: 'room for the extension',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  needs: { plan: extensionPlan, nodes: eligibleNodes, added: nodeMakers },
  messages: {
    none: 'No node takes pods of the extension: {why}',
    total: 'The {pods} pods of the extension ask for {asked}, and {nodes} {free} free',
    tooLarge: 'Pod {pod} of the extension asks for {asked}, and the roomiest node has {free} free',
    unplaced:
      'Pod {pod} of the extension asks for {asked}, and beside its other pods the roomiest node keeps {free} free',
  },
  check({ plan, nodes, added }, context) {
    if (plan === undefined || nodes === undefined) return context.notApplicable('nothing is to be installed');
    const gap = plan.inferenceGap ?? plan.trainingGap;
    if (gap !== undefined) return context.unknown(gap);
    if (!plan.inference && !plan.training) return context.notApplicable('neither training nor inference is enabled');
    const { intent } = plan;
    const { all, eligible, nodesComplete, podsComplete } = nodes;
    const [node] = eligible;
    const [maker] = added.makers;
    // All pods of it are small: a new node takes any of them. Whether a new one has the labels that it wants is seen where an old one has.
    const waits = (now: string): Verdict | undefined =>
      maker === undefined || (plan.nodeSelector.size > 0 && node === undefined)
        ? undefined
        : context.ruledOut(`${now}, and ${maker.title} adds nodes for pods that wait`, maker.cite);
    const common = {
      // Where there is one node to go to, it is the one that is too small.
      subject: eligible.length === 1 && node !== undefined ? node.state.node.ref : PREFLIGHT,
      consequence: 'Pods of the extension stay Pending; the installation gives up after 15 minutes and is taken back.',
      fixes: [
        fix({
          title: 'Make room for the extension',
          applicability: 'advice',
          effect: 'All pods of the extension find a node.',
          steps: [
            kubectl({}, ['describe', 'nodes'], false),
            manual(
              `Add nodes (or larger ones), lower requests of what runs there, or install less: ${plan.highlyAvailable ? 'inferenceRouterHA=False runs one router instead of three, ' : ''}installPromOp=False and installVolcano=False leave out what the cluster has already.`,
            ),
          ],
          verify: verifyWithPreflight(intent),
        }),
      ],
    } as const;
    if (node === undefined) {
      if (nodesComplete.state === 'unknown') return context.unknown(nodesComplete.gap);
      const coming = waits('no node takes pods of the extension now');
      if (coming !== undefined) return coming;
      const [first] = all;
      return context.found({
        message: 'none',
        args: {
          why: first === undefined ? 'the cluster has no node' : byReason(all, ({ refusals }) => refusals.join(', ')),
        },
        certainty: 'confirmed',
        basis: 'the list of Nodes is whole',
        cite: [
          { ...nodesComplete.cite, label: 'no Node in the list takes pods of the extension' },
          ...all.slice(0, 3).flatMap(({ cites }) => cites),
        ],
        ...common,
        fixes: first === undefined ? common.fixes : letNodesTake(plan, all),
      });
    }
    const room = extensionRoom(plan, nodes);
    if (!Number.isFinite(room.free.cpu) || !Number.isFinite(room.free.memory))
      return context.unknown({
        id: `gap:allocatable:${node.state.name}`,
        wanted: `what Node ${node.state.name} has to give`,
        reason: 'failed',
        detail: 'its status tells no allocatable resources',
      });
    const cite = [
      node.state.node.cite(`what Node ${node.state.name} has to give`, '/status/allocatable'),
      ...eligible
        .slice(1, 2)
        .map(({ state }) => state.node.cite(`what Node ${state.name} has to give`, '/status/allocatable')),
      ...largestPods(eligible).map((pod) =>
        pod.cite(`requests of Pod ${pod.ref.name}, which runs there`, requestsPointer(pod)),
      ),
      intent.cite('what is to be installed', '/spec/settings'),
    ] as const;
    const text = ({ cpu, memory }: Amounts): string => amountText(cpu, memory);
    const several = eligible.length === 1 ? `Node ${node.state.name} has` : `${eligible.length} nodes have`;
    const isShort = (asked: Amounts): boolean => asked.cpu > room.free.cpu || asked.memory > room.free.memory;
    const roomiest = eligible.toSorted(
      (one, other) => other.free.cpu - one.free.cpu || other.free.memory - one.free.memory,
    )[0];
    const isExact = podsComplete.state === 'present';
    const basis = isExact
      ? 'requests of the pods that run there were counted'
      : 'not all pods were seen, and there is too little room even without the others';
    const isOpen = nodesComplete.state === 'unknown';
    if (isShort(room.requests) || room.tooLarge !== undefined || room.unplaced !== undefined) {
      // Nodes that were not seen might have the room.
      if (isOpen) return context.unknown(nodesComplete.gap);
      const coming = waits(
        `its ${room.pods} pods ask for ${text(room.requests)}, ${several} ${text(room.free)} free now`,
      );
      if (coming !== undefined) return coming;
      if (room.tooLarge !== undefined && roomiest !== undefined)
        return context.found({
          message: 'tooLarge',
          args: {
            pod: room.tooLarge.name,
            asked: amountText(room.tooLarge.cpu.request / 1000, room.tooLarge.memory.request * MEBI),
            free: text(roomiest.free),
          },
          certainty: 'confirmed',
          basis,
          cite,
          ...common,
        });
      if (isShort(room.requests))
        return context.found({
          message: 'total',
          args: { pods: room.pods, asked: text(room.requests), nodes: several, free: text(room.free) },
          certainty: 'confirmed',
          basis,
          cite,
          ...common,
        });
      if (room.unplaced !== undefined)
        return context.found({
          message: 'unplaced',
          args: {
            pod: room.unplaced.component.name,
            asked: amountText(
              room.unplaced.component.cpu.request / 1000,
              room.unplaced.component.memory.request * MEBI,
            ),
            free: text(room.unplaced.roomiest),
          },
          certainty: 'likely',
          basis: 'in all there is room, and pods placed by size do not find it on one node',
          cite,
          ...common,
        });
    }
    if (podsComplete.state === 'unknown') return context.unknown(podsComplete.gap);
    const isShortOfLimits = isShort(room.limits);
    return context.ruledOut(
      `its ${room.pods} pods ask for ${text(room.requests)}, ${several} ${text(room.free)} free${isShortOfLimits ? `; their limits, by which Microsoft sizes production, are ${text(room.limits)}` : ''}`,
      ...cite,
    );
  },
});

/** What takes most of the CPU of these nodes, the extension's own pods aside. */
function largestPods(nodes: readonly JudgedNode[]): readonly KubeObject[] {
  const cpuOf = (pod: KubeObject): number => podRequests(pod).get('cpu')?.total ?? 0;
  return nodes
    .flatMap(({ state }) => state.pods)
    .filter((pod) => cpuOf(pod) > 0)
    .toSorted((one, other) => cpuOf(other) - cpuOf(one))
    .slice(0, 2);
}

/** Of the container that asks for most CPU. */
function requestsPointer(pod: KubeObject): string {
  const requests = listAt(pod.body, 'spec', 'containers').map(
    (container) => amountsAt(at(container, 'resources', 'requests')).get('cpu') ?? 0,
  );
  return pointerTo('spec', 'containers', requests.indexOf(Math.max(...requests)), 'resources', 'requests');
}

/** Nodes that refuse the pods are not made roomier: they are let take them. */
function letNodesTake({ intent, nodeSelector }: ExtensionPlan, all: readonly JudgedNode[]): readonly [Fix, ...Fix[]] {
  const labels = [...nodeSelector].map(([key, value]) => `${key}=${value}`);
  const lacking = all.filter(({ state }) => [...nodeSelector].some(([key, value]) => state.labels[key] !== value));
  const change = fix({
    title: 'Let nodes take pods of the extension',
    applicability: 'advice',
    effect: 'Its pods are placed there.',
    steps: [
      kubectl({}, ['get', 'nodes', '--show-labels'], false),
      manual(
        'A node takes them where it is Ready, linux, not cordoned, with the labels of the nodeSelector settings, and without taints but ml.azure.com/amlarc=true and ml.azure.com/amlarc-system=true.',
      ),
    ],
    verify: verifyWithPreflight(intent),
  });
  if (labels.length === 0 || lacking.length === 0) return [change];
  const keys = [...nodeSelector.keys()];
  return [
    fix({
      title: `Label the nodes that are meant with ${labels.join(' and ')}`,
      applicability: 'fill-in',
      effect: 'Pods of the extension are placed there, and so is what else selects nodes by that label.',
      steps: [kubectl({}, ['label', 'node', '<NODE>', ...labels], true)],
      undo: [kubectl({}, ['label', 'node', '<NODE>', ...keys.map((key) => `${key}-`)], true)],
      verify: verifyWithPreflight(intent),
    }),
    change,
  ];
}
