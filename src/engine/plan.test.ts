/** What a first round reads follows from what the rules declare, through every view that they use. */
import { describe, expect, test } from 'vitest';
import { defineView } from '../model/reader.ts';
import { defineRule } from '../rules/define.ts';
import { rules } from '../rules/index.gen.ts';
import { needsOf, planFor } from './plan.ts';

const inner = defineView<null>({
  id: 'test-inner',
  needs: [{ type: 'object', kind: 'StorageClass' }, { type: 'event' }],
  derive: () => null,
});
const outer = defineView<null>({
  id: 'test-outer',
  needs: [{ type: 'object', kind: '*' }, { type: 'log' }],
  uses: [inner],
  derive: () => null,
});

const rule = (looksAt: 'always' | 'unhealthy'): ReturnType<typeof defineRule> =>
  defineRule({
    code: 'IS9998',
    name: 'Test',
    stage: 'start',
    role: 'symptom',
    since: '0.0.0',
    title: 'test',
    appliesTo: ['Deployment', 'Service.serving.knative.dev'],
    looksAt,
    effects: [],
    aliases: [],
    needs: { outer },
    messages: {},
    check: (_, context) => context.notApplicable('test'),
  });

describe('plan', () => {
  test('needs are those of all views below, with the kinds of the rule for *', () => {
    expect(needsOf(rule('always'))).toEqual([
      { type: 'object', kind: 'Deployment' },
      { type: 'object', kind: 'Service.serving.knative.dev' },
      { type: 'log' },
      { type: 'object', kind: 'StorageClass' },
      { type: 'event' },
    ]);
  });

  test('lists the namespaced kinds of symptom rules and events, each once; cause rules and kinds of the whole cluster come later', () => {
    expect(planFor([rule('always'), rule('always')]).kinds).toEqual([
      { kind: 'Deployment', group: 'apps' },
      { kind: 'Service', group: 'serving.knative.dev' },
      { kind: 'Event', group: '' },
      // What stands between a Knative Service and its pods, though no symptom rule looks at it.
      { kind: 'Configuration', group: 'serving.knative.dev' },
      { kind: 'Revision', group: 'serving.knative.dev' },
      { kind: 'Route', group: 'serving.knative.dev' },
    ]);
    expect(planFor([rule('unhealthy')]).kinds).toEqual([]);
  });

  test('of all rules it reads what can show trouble, and no Secret', () => {
    const kinds = planFor(rules).kinds.map(({ kind }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'Pod',
        'Deployment',
        'ReplicaSet',
        'StatefulSet',
        'DaemonSet',
        'Job',
        'Service',
        'Event',
        'PersistentVolumeClaim',
        'HorizontalPodAutoscaler',
      ]),
    );
    expect(kinds).not.toContain('Secret');
    expect(kinds).not.toContain('Node');
  });
});
