/** Patches of an InferenceService: of its own spec, whole again by the undo, and none where the container comes from elsewhere. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { Citation } from '../model/evidence.ts';
import type { PodTemplate } from '../views/pod-template.ts';
import { changeServedContainer } from './served-container.ts';

const REF = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', namespace: 'ml', name: 'churn' };
const CITE: Citation = { evidence: 'ev:x', at: { kind: 'whole' }, label: 'x' };
const PARTS = { title: 'x', applicability: 'review' } as const;

function templateOf(spec: JsonObject, component = 'predictor'): PodTemplate {
  return {
    workload: REF,
    served: {
      object: { ref: REF, body: { spec }, cite: () => CITE },
      component,
      fields: { state: 'present', value: { managers: [] }, cite: CITE },
    },
  };
}

function patchesOf(template: PodTemplate, container: string, fields: JsonObject): readonly unknown[] {
  const made = changeServedContainer(template, container, fields, PARTS);
  return [...(made?.steps ?? []), ...(made?.undo ?? [])].flatMap((step) =>
    step.kind === 'command' ? [[step.argv.slice(0, 7).join(' '), JSON.parse(step.argv.at(-1) ?? '')]] : [],
  );
}

const COMMAND = 'kubectl -n ml patch inferenceservice churn --type=json';
const LIMIT = { resources: { limits: { memory: '2Gi' } } };

describe('a change of a served container', () => {
  it('merges into what the model sets, and puts it back', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1' } };
    const path = '/spec/predictor/model/resources';
    expect(
      patchesOf(templateOf({ predictor: { model: { storageUri: 's3://a/b', resources } } }), 'kserve-container', LIMIT),
    ).toEqual([
      [COMMAND, [{ op: 'add', path, value: { ...resources, limits: { cpu: '1', memory: '2Gi' } } }]],
      [COMMAND, [{ op: 'add', path, value: resources }]],
    ]);
  });

  it('adds a field that is not set, and takes it away again', () => {
    const path = '/spec/predictor/sklearn/resources';
    expect(
      patchesOf(templateOf({ predictor: { sklearn: { storageUri: 's3://a' } } }), 'kserve-container', LIMIT),
    ).toEqual([
      [COMMAND, [{ op: 'add', path, value: { limits: { memory: '2Gi' } } }]],
      [COMMAND, [{ op: 'remove', path }]],
    ]);
  });

  it('finds containers of a component by their name, and the only one without', () => {
    const pointerOf = (spec: JsonObject, container: string, component: string): string =>
      JSON.stringify(patchesOf(templateOf(spec, component), container, LIMIT)[0]);
    expect(
      pointerOf({ transformer: { containers: [{ name: 'log' }, { name: 'main' }] } }, 'main', 'transformer'),
    ).toContain('/spec/transformer/containers/1/resources');
    expect(pointerOf({ predictor: { containers: [{ image: 'a' }] } }, 'kserve-container', 'predictor')).toContain(
      '/spec/predictor/containers/0/resources',
    );
  });

  it('is none where the ServingRuntime or KServe brings the container', () => {
    const template = templateOf({ predictor: { model: { storageUri: 's3://a/b' } } });
    expect(patchesOf(template, 'storage-initializer', LIMIT)).toEqual([]);
    expect(patchesOf({ workload: REF }, 'kserve-container', LIMIT)).toEqual([]);
  });
});
