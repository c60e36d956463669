/** Check: the Azure ML extension does not support the cluster's version of Kubernetes, or the processors of its nodes. */
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import type { Verdict } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { clusterVersions } from '../../../views/cluster/cluster-versions.ts';
import { eligibleNodes, type JudgedNode } from '../../../views/azureml/eligible-nodes.ts';
import { extensionPlan, selectorSetting } from '../../../views/azureml/extension-plan.ts';
import { endOfSupport, oldestSkew } from '../../../views/parse/kubernetes-releases.ts';
import { listed } from '../../../views/parse/listed.ts';
import { secondsBetween } from '../../../views/parse/time.ts';
import { defineRule } from '../../define.ts';

/** The oldest version that its documentation ever named as supported. */
const OLDEST_MINOR = 18;
/** AKS takes up a version some months after its release, and keeps it so much longer: by its own calendar one to two months. */
const GRACE_SECONDS = 60 * 86_400;

export default defineRule({
  code: 'IS9618',
  name: 'KubernetesVersionUnsupported',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The Azure ML extension does not support this version of Kubernetes, or these nodes',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: ['kubernetes-version-unsupported', 'N-2', 'arm64', 'exec format error', 'no matches for kind'],
  preflight: {
    profile: 'azureml',
    title: 'version of Kubernetes',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade'],
  },
  needs: { plan: extensionPlan, versions: clusterVersions, nodes: eligibleNodes },
  messages: {
    ancient: 'Node {node} runs Kubernetes {version}, older than any that the extension was documented for (1.18)',
    ended: 'Node {node} runs Kubernetes {version}, which the Kubernetes project supported until {date}',
    skew: 'Kubelet {kubelet} of Node {node} is {distance} than API server {server}, which Kubernetes does not support',
    processor: 'No node is amd64, and the extension is not supported on {processors}',
    mixed: 'Pods of the extension may be placed on {nodes}, and the extension is not supported on {processors}',
  },
  check({ plan, versions, nodes }, context) {
    if (plan === undefined || nodes === undefined) return context.notApplicable('nothing is to be installed');
    const { intent } = plan;
    const { kubelets, server, nodesComplete } = versions;
    const verdicts: Verdict[] = [];
    const upgrade = fix({
      title: 'Upgrade Kubernetes',
      applicability: 'advice',
      effect: 'Nodes are drained one by one; what runs there moves.',
      steps: [
        kubectl({}, ['get', 'nodes', '--output', 'wide'], false),
        manual(
          'Upgrade the control plane one minor version at a time, then the nodes (az aks upgrade on AKS), to one of the three newest minor versions.',
        ),
      ],
      verify: verifyWithPreflight(intent),
    });
    const isOver = (day: string): boolean => (secondsBetween(`${day}T00:00:00Z`, context.now) ?? 0) > 0;
    const [oldest] = kubelets;
    const date = oldest === undefined ? undefined : endOfSupport(oldest.version);
    if (oldest !== undefined) {
      const args = { node: oldest.object.ref.name, version: oldest.version.text };
      const common = {
        subject: PREFLIGHT,
        cite: [oldest.cite],
        fixes: [upgrade],
      } as const;
      if (oldest.version.major === 1 && oldest.version.minor < OLDEST_MINOR)
        verdicts.push(
          context.found({
            message: 'ancient',
            args,
            certainty: 'likely',
            basis: 'the kubelet tells its version; what the chart requires is not published',
            consequence: 'Objects of the extension use APIs that such a cluster does not serve.',
            ...common,
          }),
        );
      else if (date !== undefined && (secondsBetween(`${date}T00:00:00Z`, context.now) ?? 0) > GRACE_SECONDS)
        verdicts.push(
          context.found({
            message: 'ended',
            args: { ...args, date },
            certainty: 'likely',
            basis:
              'the extension supports the three newest minor versions of AKS; longer support by a vendor is not seen',
            consequence:
              'Microsoft’s support of the extension asks for an upgrade first; new versions of it are not tried there.',
            ...common,
          }),
        );
    }
    if (server !== undefined) {
      const apart = kubelets.find(({ version }) => {
        const older = server.version.minor - version.minor;
        return version.major === server.version.major && (older < 0 || older > oldestSkew(server.version));
      });
      if (apart !== undefined) {
        const older = server.version.minor - apart.version.minor;
        verdicts.push(
          context.found({
            message: 'skew',
            args: {
              node: apart.object.ref.name,
              kubelet: apart.version.text,
              server: server.version.text,
              distance: `${Math.abs(older)} minor version${Math.abs(older) === 1 ? '' : 's'} ${older > 0 ? 'older' : 'newer'}`,
            },
            subject: apart.object.ref,
            certainty: 'confirmed',
            basis: 'both tell their version',
            consequence: 'Pods on that node fail in ways that nobody tests.',
            cite: [apart.cite, server.cite],
            fixes: [upgrade],
          }),
        );
      }
    }
    const foreign = nodes.eligible.filter((node) => (processorOf(node) ?? 'amd64') !== 'amd64');
    const [first] = foreign;
    if (first !== undefined) {
      const processors = listed([...new Set(foreign.map((node) => processorOf(node) ?? ''))]);
      const common = {
        subject: PREFLIGHT,
        certainty: 'likely',
        basis:
          'Nodes tell their processor; that the extension is for amd64 only stands in a proposed change of its documentation, not in every version of it',
        consequence: 'Its images start nowhere else: exec format error, or no image at all.',
        cite: [
          first.state.node.cite(`processor of Node ${first.state.name}`, '/status/nodeInfo/architecture'),
          intent.cite('the settings', '/spec/settings'),
        ],
      } as const;
      const hasOther = nodes.all.some((node) => processorOf(node) === 'amd64');
      if (hasOther)
        verdicts.push(
          context.found({
            message: 'mixed',
            args: { nodes: listed(foreign.map(({ state }) => state.name)), processors },
            fixes: [
              changeSettings(
                intent,
                'Keep the extension on amd64',
                { [selectorSetting('kubernetes.io/arch')]: 'amd64' },
                'All its pods, models and jobs included, go to amd64 nodes only.',
              ),
            ],
            ...common,
          }),
        );
      else if (nodesComplete.state !== 'unknown')
        verdicts.push(
          context.found({
            message: 'processor',
            args: { processors },
            fixes: [
              fix({
                title: 'Add a pool of amd64 nodes',
                applicability: 'advice',
                effect: 'The extension and its models run there.',
                steps: [
                  manual(
                    'Add nodes of amd64, and give nodeSelector.kubernetes\\.io/arch=amd64 among the settings of the extension.',
                  ),
                ],
                verify: verifyWithPreflight(intent),
              }),
            ],
            ...common,
          }),
        );
    }
    const [verdict, ...more] = verdicts;
    if (verdict !== undefined) return context.all([verdict, ...more]);
    if (nodesComplete.state === 'unknown') return context.unknown(nodesComplete.gap);
    if (oldest === undefined) return context.notApplicable('no node tells its version');
    return context.ruledOut(
      `the oldest node runs Kubernetes ${oldest.version.text}${date === undefined ? '' : isOver(date) ? `; the Kubernetes project ended its support on ${date}, AKS keeps a version some weeks longer` : `, supported by the Kubernetes project until ${date}`}`,
      oldest.cite,
    );
  },
});

function processorOf({ state }: JudgedNode): string | undefined {
  return (
    textAt(state.node.body, 'status', 'nodeInfo', 'architecture') ??
    state.labels['kubernetes.io/arch'] ??
    state.labels['beta.kubernetes.io/arch']
  );
}
