/** Which causes and symptoms make one diagnosis. */
import { describe, expect, test } from 'vitest';
import { closureOf } from '../graph/closure.ts';
import { explain } from '../graph/explain.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import { refLabel, type ResourceRef } from '../model/reference.ts';
import { createReader } from '../snapshot/reader.ts';
import { cause, symptom } from '../testing/finding.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { groupAsked, groupByCause, type Group } from './group.ts';
import { createViewContext, type EngineContext } from './view-context.ts';

function deployment(name: string): JsonObject[] {
  return [
    { kind: 'Deployment', metadata: { name } },
    { kind: 'ReplicaSet', owner: `Deployment/${name}`, metadata: { name: `${name}-r` } },
    { kind: 'Pod', owner: `ReplicaSet/${name}-r`, metadata: { name: `${name}-p`, labels: { app: name } } },
    { kind: 'Service', metadata: { name }, spec: { selector: { app: name } } },
  ];
}

function cluster(...names: string[]): EngineContext {
  return createViewContext(createReader(buildSnapshot({ objects: names.flatMap(deployment) })));
}

const podOf = (name: string): ResourceRef => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'models',
  name: `${name}-p`,
});
const workload = (name: string): ResourceRef => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'models',
  name,
});
const service = (name: string): ResourceRef => ({ apiVersion: 'v1', kind: 'Service', namespace: 'models', name });
const SECRET: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'models', name: 's' };

/** What a pod that cannot pull shows, at itself, its Deployment and its Service. */
function pullSymptoms(name: string): Finding[] {
  return [
    symptom({ code: 'IS3900', effects: ['image-not-pulled'], subject: podOf(name) }),
    symptom({ code: 'IS6910', effects: [], subject: workload(name) }),
    symptom({ code: 'IS7900', effects: ['service-without-endpoints'], subject: service(name) }),
  ];
}

const codes = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.code);

function byCause(findings: readonly Finding[], context: EngineContext): readonly Group[] {
  return groupByCause(explain(findings, context), context);
}

function asked(findings: readonly Finding[], context: EngineContext, ...refs: ResourceRef[]): readonly Group[] {
  return groupAsked(
    refs,
    refs.map((ref) => closureOf(context, ref)),
    explain(findings, context),
    context,
  );
}

describe('a scope', () => {
  test('one cause that breaks nine workloads is one diagnosis with nine victims, their Services folded in', () => {
    const names = Array.from({ length: 9 }, (_, index) => `w${index}`);
    const context = cluster(...names);
    const missing = cause({
      code: 'IS3101',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: names.map(podOf),
    });
    const groups = byCause([...names.flatMap(pullSymptoms), missing], context);
    expect(groups).toHaveLength(1);
    expect(codes(groups[0]?.causes ?? [])).toEqual(['IS3101']);
    expect(groups[0]?.victims.map(refLabel).sort()).toEqual(names.map((name) => `Deployment/${name}`));
  });

  test('two causes of two workloads are two diagnoses, the one with more victims first', () => {
    const context = cluster('one', 'two', 'three');
    const groups = byCause(
      [
        ...pullSymptoms('one'),
        ...pullSymptoms('two'),
        symptom({ code: 'IS5901', effects: ['container-exits'], subject: podOf('three') }),
        cause({ code: 'IS5401', effects: ['container-exits'], subject: podOf('three') }),
        cause({
          code: 'IS3101',
          effects: ['image-not-pulled'],
          subject: SECRET,
          affects: [podOf('one'), podOf('two')],
        }),
      ],
      context,
    );
    expect(groups.map((group) => [codes(group.causes), group.victims.map(refLabel)])).toEqual([
      [['IS3101'], ['Deployment/one', 'Deployment/two']],
      [['IS5401'], ['Deployment/three']],
    ]);
  });

  test('what nothing explains is told as undecided, after what is explained', () => {
    const context = cluster('one', 'two');
    const groups = byCause(
      [
        ...pullSymptoms('one'),
        ...pullSymptoms('two'),
        cause({ code: 'IS3101', effects: ['image-not-pulled'], subject: SECRET, affects: [podOf('two')] }),
      ],
      context,
    );
    expect(groups.map((group) => [refLabel(group.subject), codes(group.causes), codes(group.unexplained)])).toEqual([
      ['Deployment/two', ['IS3101'], []],
      ['Deployment/one', [], ['IS3900']],
    ]);
  });

  test('nothing wrong, no diagnosis', () => {
    expect(byCause([], cluster('one'))).toEqual([]);
  });
});

describe('an object asked for', () => {
  test('its cause, with the workload as the victim, whichever of its objects was named', () => {
    const context = cluster('one', 'other');
    const findings = [
      ...pullSymptoms('one'),
      cause({ code: 'IS3101', effects: ['image-not-pulled'], subject: SECRET, affects: [podOf('one')] }),
    ];
    for (const ref of [workload('one'), podOf('one'), service('one')]) {
      const [group] = asked(findings, context, ref);
      expect([codes(group?.causes ?? []), group?.victims.map(refLabel)]).toEqual([['IS3101'], ['Deployment/one']]);
    }
    const [other] = asked(findings, context, workload('other'));
    expect([other?.causes, other?.unexplained, other?.symptoms]).toEqual([[], [], []]);
  });

  test('two objects with one cause are one diagnosis with two victims', () => {
    const context = cluster('one', 'two');
    const shared = cause({
      code: 'IS3101',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: [podOf('one'), podOf('two')],
    });
    const groups = asked(
      [...pullSymptoms('one'), ...pullSymptoms('two'), shared],
      context,
      workload('one'),
      workload('two'),
    );
    expect(groups.map((group) => group.victims.map(refLabel))).toEqual([['Deployment/one', 'Deployment/two']]);
  });

  test('a better proven reading of the same trouble leaves no second cause', () => {
    const context = cluster('one');
    const sure = cause({ code: 'IS3103', effects: ['image-not-pulled'], subject: SECRET, affects: [podOf('one')] });
    const rival = cause({
      code: 'IS3101',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: [podOf('one')],
      certainty: 'likely',
    });
    const maybe = cause({
      code: 'IS3190',
      effects: ['image-not-pulled'],
      subject: SECRET,
      affects: [podOf('one')],
      certainty: 'possible',
    });
    const [group] = asked([...pullSymptoms('one'), maybe, rival, sure], context, workload('one'));
    expect(codes(group?.causes ?? [])).toEqual(['IS3103']);
    expect(group?.candidates).toEqual([]);
  });

  test('two containers that fail by themselves are two causes', () => {
    const context = cluster('one');
    const shown = symptom({ code: 'IS5901', effects: ['container-exits'], subject: podOf('one') });
    const both = ['main', 'sidecar'].map((container, index) =>
      cause({ code: `IS540${index + 1}`, effects: ['container-exits'], subject: podOf('one'), container }),
    );
    const [group] = asked([shown, ...both], context, workload('one'));
    expect(codes(group?.causes ?? []).sort()).toEqual(['IS5401', 'IS5402']);
  });

  test('what cannot have made the symptom is also wrong, not the cause', () => {
    const context = cluster('one');
    const real = cause({ code: 'IS3101', effects: ['image-not-pulled'], subject: SECRET, affects: [podOf('one')] });
    const next = cause({ code: 'IS5104', effects: ['container-not-created'], subject: podOf('one') });
    const [group] = asked([...pullSymptoms('one'), real, next], context, workload('one'));
    expect(codes(group?.causes ?? [])).toEqual(['IS3101']);
    expect(codes(group?.alsoWrong ?? [])).toEqual(['IS5104']);
  });

  test('nothing proven: what fits are candidates, and the symptom stays unexplained', () => {
    const context = cluster('one');
    const maybe = ['IS3101', 'IS3103'].map((code) =>
      cause({ code, effects: ['image-not-pulled'], subject: SECRET, affects: [podOf('one')], certainty: 'possible' }),
    );
    const [group] = asked([...pullSymptoms('one'), ...maybe], context, workload('one'));
    expect(group?.causes).toEqual([]);
    expect(codes(group?.candidates ?? []).sort()).toEqual(['IS3101', 'IS3103']);
  });

  test('all is Ready and the work is not done: a cause without a symptom', () => {
    const context = cluster('one');
    const [group] = asked(
      [cause({ code: 'IS8401', effects: ['work-not-done'], subject: podOf('one') })],
      context,
      workload('one'),
    );
    expect(codes(group?.causes ?? [])).toEqual(['IS8401']);
  });
});
