/** Check of preflight: GPUs are there or asked for and nobody offers them to pods, or two plugins would. */
import { changeSettings } from '../../../fixes/azureml.ts';
import { askForCause } from '../../../fixes/azureml-objects.ts';
import { gpuWishes } from '../../../views/azureml/gpu-wishes.ts';
import { gpuPlugins, programText } from '../../../views/azureml/installed-programs.ts';
import { programSwitchAfter } from '../../../views/azureml/switch-after.ts';
import { listed } from '../../../views/parse/listed.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

const SETTING = 'installNvidiaDevicePlugin';

export default defineRule({
  code: 'IS9616',
  name: 'GpuPluginMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Nobody offers the GPUs of the nodes to pods, or two plugins do',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'NVIDIA device plugin',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: ['installNvidiaDevicePlugin', 'Insufficient nvidia.com/gpu', 'nvidia-device-plugin-daemonset'],
  needs: { intent: preflightIntent, wishes: gpuWishes, plugins: gpuPlugins },
  messages: {
    missing: 'Nodes {nodes} have NVIDIA GPUs and offer none, no device plugin is installed, and {setting} is off',
    silent: 'Nodes {nodes} have NVIDIA GPUs and offer none, although {plugin} is installed',
    withheld: 'Nodes {nodes} have NVIDIA GPUs and offer none, and {setting} is off',
    unserved:
      'Instance types {types} ask for nvidia.com/gpu, no node has one, no device plugin is installed, and {setting} is off',
    second: '{setting} is on, and {plugin} is installed already',
  },
  check({ intent, wishes, plugins }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be installed');
    const { nodes, nodesRead, instanceTypes, instanceTypesRead } = wishes;
    const { complete } = plugins;
    const bring = (): ReturnType<typeof changeSettings> =>
      changeSettings(
        intent,
        'Let the extension bring the device plugin',
        { [SETTING]: 'true' },
        'A DaemonSet is installed that offers the GPUs of every GPU node; the nodes need the driver of NVIDIA.',
      );
    const brings = programSwitchAfter(intent, SETTING, plugins);
    if (typeof brings !== 'boolean') return context.unknown(brings);
    if (brings) {
      const [other] = plugins.foreign;
      if (other !== undefined)
        return context.found({
          message: 'second',
          args: { setting: SETTING, plugin: programText(other) },
          subject: other.workload.ref,
          certainty: 'confirmed',
          basis: 'the DaemonSet is known by its image, label or name, and does not belong to the extension',
          consequence:
            'Both register nvidia.com/gpu with the kubelet, and the one that comes last takes the place of the other.',
          cite: [
            other.workload.cite(programText(other), '/spec/template/spec/containers'),
            intent.citeSetting(SETTING),
          ],
          fixes: [
            changeSettings(
              intent,
              'Let the extension bring no device plugin',
              { [SETTING]: 'false' },
              'The plugin that is installed goes on serving.',
            ),
          ],
        });
      if (complete.state === 'unknown') return context.unknown(complete.gap);
      return context.ruledOut('no other device plugin is installed', complete.cite);
    }
    const common = {
      consequence: 'Pods that ask for a GPU stay Pending with “Insufficient nvidia.com/gpu”.',
    } as const;
    const [first, ...more] = nodes.filter(({ offered, isNew }) => offered === 0 && !isNew);
    if (first !== undefined) {
      const names = listed([first, ...more].map(({ state }) => state.name));
      const cite = [first.cite, first.sign, intent.citeSetting(SETTING)] as const;
      const [plugin] = plugins.all;
      if (plugin !== undefined)
        return context.found({
          message: 'silent',
          args: { nodes: names, plugin: programText(plugin) },
          subject: plugin.workload.ref,
          certainty: 'confirmed',
          basis: 'labels of the nodes tell of GPUs, and their status offers none',
          ...common,
          cite: [first.cite, first.sign, plugin.workload.cite(programText(plugin), '/status')],
          fixes: [askForCause(plugin.workload.ref)],
        });
      return complete.state === 'present'
        ? context.found({
            message: 'missing',
            args: { nodes: names, setting: SETTING },
            subject: context.on,
            certainty: 'confirmed',
            basis: 'labels of the nodes tell of GPUs, their status offers none, and all DaemonSets were read',
            ...common,
            cite: [...cite],
            fixes: [bring()],
          })
        : context.found({
            message: 'withheld',
            args: { nodes: names, setting: SETTING },
            subject: context.on,
            certainty: 'likely',
            basis: 'labels of the nodes tell of GPUs, and their status offers none; DaemonSets were not read',
            ...common,
            cite: [...cite],
            fixes: [bring()],
            ...(complete.state === 'unknown' ? { wants: [complete.gap] } : {}),
          });
    }
    if (nodesRead.state === 'unknown') return context.unknown(nodesRead.gap);
    const [offering, ...others] = nodes.filter(({ offered }) => offered > 0);
    if (offering !== undefined)
      return context.ruledOut(
        others.length + 1 === nodes.length
          ? `every GPU node offers its GPUs (${nodes.length} in all)`
          : `${others.length + 1} of ${nodes.length} GPU nodes offer their GPUs, and the others have just joined`,
        offering.cite,
        ...others.slice(0, 4).map(({ cite }) => cite),
      );
    if (nodes.length > 0) return context.notApplicable('the GPU nodes have just joined');
    const [type] = instanceTypes;
    if (type === undefined && instanceTypesRead.state === 'unknown') return context.unknown(instanceTypesRead.gap);
    if (type === undefined)
      return context.notApplicable('no node has an NVIDIA GPU, and no instance type asks for one');
    const [plugin] = plugins.all;
    if (plugin !== undefined)
      return context.ruledOut(
        `${programText(plugin)} waits for GPU nodes`,
        plugin.workload.cite(programText(plugin), '/spec/template/spec/containers'),
      );
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    return context.found({
      message: 'unserved',
      args: { types: listed(instanceTypes.map(({ ref }) => ref.name)), setting: SETTING },
      subject: context.on,
      certainty: 'likely',
      basis: 'nodes that an autoscaler adds may bring the plugin with them; nothing of that is to be seen',
      ...common,
      cite: [
        type.cite(`limits of InstanceType ${type.ref.name}`, '/spec/resources/limits'),
        complete.cite,
        intent.citeSetting(SETTING),
      ],
      fixes: [bring()],
    });
  },
});
