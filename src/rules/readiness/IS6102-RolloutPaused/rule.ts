/** Cause: a Deployment is paused, and what somebody changed in it since is not rolled out. */
import { fix, kubectl, verifyWithInferscope } from '../../../fixes/build.ts';
import { objectAt } from '../../../model/json.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { changeText, templateChanges } from '../../../views/parse/template-diff.ts';
import { rolloutHistory } from '../../../views/rollout-history.ts';
import { workloadState } from '../../../views/workload-state.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6102',
  name: 'RolloutPaused',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The rollout of a changed Deployment is paused',
  appliesTo: ['Deployment'],
  looksAt: 'asked',
  effects: ['rollout-stopped'],
  aliases: ['DeploymentPaused', 'Deployment is paused', 'rollout-paused'],
  needs: { state: workloadState, history: rolloutHistory, owner: fieldOwner },
  messages: {
    pending: 'Deployment {name} is paused, and its change of {what} is not rolled out',
    never: 'Deployment {name} is paused and has never been rolled out',
  },
  check({ state, history, owner }, context) {
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent' || history.state !== 'present')
      return context.notApplicable('the Deployment does not exist');
    const { workload, paused, desired } = state.value;
    if (!paused) return context.ruledOut('it is not paused', workload.cite('spec of the Deployment', '/spec'));
    const template = objectAt(workload.body, 'spec', 'template');
    const newest = history.value.revisions.at(-1);
    const fixes = [
      fix({
        title: `Resume the rollout of Deployment ${context.on.name}`,
        applicability: 'review',
        effect: 'Replaces the running pods by those of the changed template.',
        steps: [kubectl(context.on, ['rollout', 'resume', `deployment/${context.on.name}`], true)],
        undo: [kubectl(context.on, ['rollout', 'pause', `deployment/${context.on.name}`], true)],
        verify: verifyWithInferscope(context.on),
        owner,
      }),
    ];
    const common = { subject: context.on, certainty: 'confirmed', basis: 'its own spec says so', fixes } as const;
    const cite = workload.cite('the Deployment is paused', '/spec/paused');
    if (newest === undefined) {
      if (desired === 0 || state.value.serving > 0)
        return context.notApplicable('it is paused and nothing waits for it');
      return context.found({
        message: 'never',
        args: { name: context.on.name },
        ...common,
        consequence: 'No pod is made until it is resumed.',
        cite: [cite, state.value.cite],
      });
    }
    const changes = template === undefined ? [] : templateChanges(newest.template, template);
    if (changes.length === 0) return context.ruledOut('it is paused, and what runs is its newest template', cite);
    return context.found({
      message: 'pending',
      args: { name: context.on.name, what: changeText(changes) ?? 'the time of its restart' },
      ...common,
      consequence: 'The pods still run the template from before the change.',
      cite: [
        cite,
        workload.cite('template that waits', '/spec/template'),
        newest.object.cite('template that runs', '/spec/template'),
      ],
    });
  },
});
