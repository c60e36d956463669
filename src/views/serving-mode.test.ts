import { describe, expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { servingMode } from './serving-mode.ts';

function modeOf(given: Given, apiVersion = 'serving.kserve.io/v1beta1'): string {
  const context = createViewContext(createReader(buildSnapshot(given)));
  const mode = context.use(servingMode, { apiVersion, kind: 'InferenceService', namespace: 'models', name: 'iris' });
  return mode.state === 'present' ? `${mode.value.mode} from ${mode.value.from}` : mode.state;
}

const isvc = (annotation?: string, status?: string): Record<string, unknown> => ({
  kind: 'InferenceService',
  metadata: {
    name: 'iris',
    ...(annotation === undefined ? {} : { annotations: { 'serving.kserve.io/deploymentMode': annotation } }),
  },
  ...(status === undefined ? {} : { status: { deploymentMode: status } }),
});
const config = (deploy: string): Record<string, unknown> => ({
  kind: 'ConfigMap',
  metadata: { name: 'inferenceservice-config', namespace: 'kserve' },
  data: { deploy },
});

describe('the mode of an InferenceService', () => {
  test.each([
    ['Serverless', 'Knative from status'],
    ['Knative', 'Knative from status'],
    ['RawDeployment', 'Standard from status'],
    ['Standard', 'Standard from status'],
    ['ModelMesh', 'ModelMesh from status'],
  ])('status %s, which wins over the annotation', (status, mode) => {
    expect(modeOf({ objects: [isvc('Standard', status)] })).toBe(mode);
  });
  test('the annotation wins over what was made and over the default', () => {
    expect(modeOf({ objects: [isvc('RawDeployment'), config('{"defaultDeploymentMode":"Serverless"}')] })).toBe(
      'Standard from annotation',
    );
  });
  test('what was made tells', () => {
    expect(
      modeOf({
        objects: [
          isvc(),
          {
            apiVersion: 'serving.knative.dev/v1',
            kind: 'Service',
            metadata: { name: 'p' },
            owner: 'InferenceService/iris',
          },
        ],
      }),
    ).toBe('Knative from children');
    expect(
      modeOf({ objects: [isvc(), { kind: 'Deployment', metadata: { name: 'p' }, owner: 'InferenceService/iris' }] }),
    ).toBe('Standard from children');
  });
  test('the default of the installation', () => {
    expect(modeOf({ objects: [isvc(), config('{ "defaultDeploymentMode": "RawDeployment" }')] })).toBe(
      'Standard from configmap',
    );
  });
  test('unknown where nothing tells', () => {
    expect(modeOf({ objects: [isvc()] })).toBe('unknown');
    expect(modeOf({ objects: [isvc()], unlisted: ['ConfigMap'] })).toBe('unknown');
    expect(modeOf({ objects: [isvc('toString'), config('{"defaultDeploymentMode":"constructor"}')] })).toBe('unknown');
    expect(modeOf({ objects: [isvc(), config('no json at all')] })).toBe('unknown');
  });
  test('KFServing knew only one', () => {
    expect(
      modeOf({ objects: [{ ...isvc(), apiVersion: 'serving.kubeflow.org/v1beta1' }] }, 'serving.kubeflow.org/v1beta1'),
    ).toBe('Knative from generation');
  });
  test('absent where there is no such object', () => {
    expect(modeOf({})).toBe('absent');
  });
});
