/** Check: the cluster does not know the kinds that KServe works with. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import { definitionRef } from '../../../views/installed-versions.ts';
import { listed } from '../../../views/parse/listed.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { faultOf, kserveDefinitions } from '../../../views/serving-platform/kserve-definitions.ts';
import { kserveInstallation } from '../../../views/serving-platform/kserve-installation.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9701',
  name: 'KserveDefinitionsMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The cluster does not know the kinds of KServe, or not all of them',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'kinds of KServe', weight: 'blocking' },
  aliases: [
    'kserve-definitions-missing',
    'no matches for kind "InferenceService" in version "serving.kserve.io/v1beta1"',
    'kserve-not-installed',
  ],
  needs: { definitions: kserveDefinitions, installation: kserveInstallation },
  messages: {
    missing: 'The cluster does not know InferenceServices: CustomResourceDefinition {name} does not exist',
    old: 'The cluster knows InferenceServices of KFServing only: CustomResourceDefinition {name} does not exist, {old} does',
    partly: 'KServe is installed in part: CustomResourceDefinition {names} does not exist',
    unestablished: 'CustomResourceDefinition {name} is not established ({reason}): {words}',
    version: 'CustomResourceDefinition {name} does not serve {version}, it serves {served}',
    deleting: 'CustomResourceDefinition {name} is being deleted',
  },
  check({ definitions: { all, old }, installation: { controller } }, context) {
    const [main] = all;
    if (main === undefined || main.found.state === 'unknown')
      return main?.found.state === 'unknown'
        ? context.unknown(main.found.gap)
        : context.notApplicable('none is needed');
    const common = {
      certainty: 'confirmed',
      affects: [context.on],
      consequence:
        'The API server refuses the objects, or the controller of KServe does not start: no model is served.',
    } as const;
    if (main.found.state === 'absent') {
      const rest = {
        ...common,
        subject: definitionRef(main.name),
        basis: 'the list of CustomResourceDefinitions does not hold it',
        cite: [main.found.cite, ...(old.state === 'present' ? [old.value.cite('the CRD of KFServing')] : [])],
        fixes: [install(old.state === 'present')],
      } as const;
      return old.state === 'present'
        ? context.found({ message: 'old', args: { name: main.name, old: old.value.ref.name }, ...rest })
        : context.found({ message: 'missing', args: { name: main.name }, ...rest });
    }
    const runs = controller.state === 'present' && !controller.value.down;
    const gone = all.filter(({ core, found }) => found.state === 'absent' && (core || !runs));
    const verdicts: Verdict[] = [];
    const [first] = gone;
    if (first?.found.state === 'absent')
      verdicts.push(
        context.found({
          message: 'partly',
          args: { names: listed(gone.map(({ name }) => name)) },
          ...common,
          subject: definitionRef(first.name),
          certainty: first.core || controller.state === 'present' ? 'confirmed' : 'likely',
          basis: 'the list of CustomResourceDefinitions does not hold it, and the controller asks for it as it starts',
          cite: [first.found.cite, main.found.cite],
          fixes: [install(false)],
        }),
      );
    for (const { name, version, found } of all) {
      if (found.state !== 'present') continue;
      const fault = faultOf(found.value, version);
      if (fault === undefined) continue;
      const rest = { ...common, subject: found.value.ref, cite: [fault.cite], fixes: [install(false)] } as const;
      const basis = 'the CustomResourceDefinition says so';
      if (fault.kind === 'deleting')
        verdicts.push(context.found({ message: 'deleting', args: { name }, ...rest, basis }));
      else if (fault.kind === 'version')
        verdicts.push(
          context.found({ message: 'version', args: { name, version, served: listed(fault.served) }, ...rest, basis }),
        );
      else
        verdicts.push(
          context.found({
            message: 'unestablished',
            args: { name, reason: fault.condition.reason, words: quoted(fault.condition.message, BRIEF) },
            ...rest,
            basis,
          }),
        );
    }
    const [found, ...more] = verdicts;
    if (found !== undefined) return context.all([found, ...more]);
    return context.ruledOut(
      'all of them exist, are established and serve the versions that KServe asks for',
      main.found.value.cite('versions served', '/spec/versions'),
    );
  },
});

function install(isOld: boolean): Fix {
  return adviseCluster({
    profile: 'kserve',
    title: isOld
      ? 'Install KServe, and write serving.kserve.io into manifests'
      : 'Install the CRDs of the KServe release again',
    effect: 'Objects that exist stay. The controller finds new kinds only after a restart.',
    look: [kubectl({}, ['get', 'customresourcedefinitions'], false)],
    what: 'Apply kserve.yaml of the release with --server-side (the CRD of InferenceService is too large for the annotation of a plain apply), or install its chart kserve-crd; then restart kserve-controller-manager.',
  });
}
