/** Check: no ServingRuntime is there that a model could be given. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { kserveInstallation } from '../../../views/serving-platform/kserve-installation.ts';
import { modelRuntimes } from '../../../views/serving-platform/model-runtimes.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9708',
  name: 'RuntimesMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'There is no ServingRuntime for any model',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'serving runtimes', weight: 'advisory' },
  aliases: [
    'runtimes-missing',
    'No runtime found to support specified framework/version',
    'ClusterServingRuntime missing',
  ],
  needs: { runtimes: modelRuntimes, installation: kserveInstallation },
  messages: {
    none: 'KServe has no ServingRuntime, neither for the cluster nor in a namespace',
    disabled: 'Every ServingRuntime is disabled ({count} in all): {names}',
  },
  check({ runtimes: { enabled, disabled, clusterSeen, namespacedSeen }, installation }, context) {
    if (installation.definition.state === 'absent') return context.notApplicable('KServe is not installed');
    const [one, two] = enabled;
    if (one !== undefined)
      return context.ruledOut(
        `models can be given one (${enabled.length} in all)`,
        one.cite(nameWithKind(one.ref)),
        ...(two === undefined ? [] : [two.cite(nameWithKind(two.ref))]),
      );
    if (clusterSeen.state === 'unknown') return context.unknown(clusterSeen.gap);
    if (clusterSeen.state === 'absent') return context.notApplicable('the cluster has no runtimes of its own');
    const common = {
      affects: [context.on],
      certainty: namespacedSeen.state === 'present' ? 'confirmed' : 'likely',
      basis:
        namespacedSeen.state === 'present'
          ? 'both lists were read'
          : 'the list of the cluster was read; those of some namespaces were not',
      consequence:
        'InferenceServices that name a model format are refused; those with containers of their own are not.',
      wants: namespacedSeen.state === 'unknown' ? [namespacedSeen.gap] : [],
      fixes: [
        adviseCluster({
          profile: 'kserve',
          title: 'Install the runtimes of the KServe release',
          effect: 'InferenceServices that wait for one are tried again.',
          look: [kubectl({}, ['get', 'clusterservingruntimes'], false)],
          what: 'Apply kserve-cluster-resources.yaml of the release with --server-side, or install its chart of runtimes; an own one is enabled by disabled: false.',
        }),
      ],
    } as const;
    const [off] = disabled;
    return off === undefined
      ? context.found({
          message: 'none',
          args: {},
          ...common,
          subject: {
            apiVersion: 'apiextensions.k8s.io/v1',
            kind: 'CustomResourceDefinition',
            name: 'clusterservingruntimes.serving.kserve.io',
          },
          cite: [clusterSeen.cite, ...(namespacedSeen.state === 'present' ? [namespacedSeen.cite] : [])],
        })
      : context.found({
          message: 'disabled',
          args: { count: disabled.length, names: listed(disabled.map(({ ref }) => ref.name)) },
          ...common,
          subject: off.ref,
          cite: [off.cite(`disabled of ${nameWithKind(off.ref)}`, '/spec/disabled'), clusterSeen.cite],
        });
  },
});
