/** Cause: a custom component has no container of the name by which KServe finds the serving one. */
import { fix, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { groupOf } from '../../../model/reference.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { kserveController } from '../../../views/kserve-controller.ts';
import { componentContainers, inferenceServiceState, type ComponentContainers } from '../../../views/kserve-spec.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS1206',
  name: 'ServingContainerMisnamed',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'No container of the component is called kserve-container',
  appliesTo: ['InferenceService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'container-name-not-kserve-container',
    'kserve-container',
    'kfserving-container',
    'Observed a panic',
    'invalid memory address or nil pointer dereference',
  ],
  needs: { state: inferenceServiceState, controller: kserveController, owner: fieldOwner },
  messages: {
    panic:
      'The {component} of {service} has containers {names} and none called {wanted}; the KServe controller panics on it',
    misnamed: 'The {component} of {service} has containers {names} and none called {wanted}',
  },
  check({ state, controller, owner }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('it does not exist');
    const { object, hasStatus, ready } = state.value;
    const wanted =
      groupOf(context.on.apiVersion) === 'serving.kubeflow.org' ? 'kfserving-container' : 'kserve-container';
    // KServe takes a container that stands alone for the serving one in most releases.
    const at = componentContainers(object).find(
      (component) => !component.framework && component.names.length > 1 && !component.names.includes(wanted),
    );
    const names = object.cite('name of the first container', at === undefined ? '/spec' : `${at.pointer}/0/name`);
    const others = at === undefined ? [] : [object.cite('name of the second container', `${at.pointer}/1/name`)];
    if (at === undefined) return context.ruledOut(`its components have a container ${wanted}, or need none`, names);
    if (ready) return context.ruledOut('it is Ready all the same', names);
    const { lines, component } = controller;
    const panics =
      lines.state === 'present' ? lines.value.filter(({ text }) => /Observed a panic|\bpanic: /.test(text)) : [];
    // With a status it was reconciled; the name then did no harm.
    if (hasStatus && panics.length === 0) return context.ruledOut('KServe reconciles it all the same', names);
    const args = {
      component: at.component,
      service: `InferenceService ${context.on.name}`,
      names: listed(at.names),
      wanted,
    };
    const version = component.state === 'present' ? component.value.version : undefined;
    const common = {
      args,
      subject: context.on,
      consequence: 'The controller makes nothing of it and writes no status: READY stays empty and no event tells why.',
      fixes: [rename(context.on, at, wanted, owner)],
    } as const;
    const [panic] = panics;
    if (panic !== undefined)
      return context.found({
        message: 'panic',
        ...common,
        certainty: 'confirmed',
        basis: 'the log of the controller shows the panic on this object',
        cite: [names, ...others, panic.cite],
        trace: [
          {
            text: `the KServe controller${version === undefined ? '' : ` (${version})`} panics each time it reconciles InferenceService ${context.on.name}`,
            cite: [panic.cite],
          },
        ],
      });
    return context.found({
      message: 'misnamed',
      ...common,
      certainty: 'likely',
      basis:
        lines.state === 'unknown'
          ? 'KServe writes no status, and several releases panic on such a component; the log of the controller was not seen'
          : 'KServe writes no status, and looks for the serving container by its name',
      wants: lines.state === 'unknown' ? [lines.gap] : [],
      cite: [names, ...others, object.cite('no status')],
    });
  },
});

function rename(
  service: ResourceRef,
  at: ComponentContainers,
  wanted: string,
  owner: Parameters<typeof fix>[0]['owner'],
): Fix {
  const [first = ''] = at.names;
  const path = `${at.pointer}/0/name`;
  const set = (value: string) => patch(service, [{ op: 'replace', path, value }], 'json');
  return fix({
    title: `Rename the serving container of the ${at.component} to ${wanted}`,
    applicability: 'review',
    effect: 'KServe reconciles the object at once and makes its pods.',
    steps: [
      ...(at.names.length > 1
        ? [manual(`If ${first} is not the one that serves the model, rename the one that does instead.`)]
        : []),
      set(wanted),
    ],
    undo: [set(first)],
    verify: verifyWithInferscope(service),
    owner,
  });
}
