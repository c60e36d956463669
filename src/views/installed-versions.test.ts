import { expect, test } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import { definitionRef, releaseText, servedVersions } from './installed-versions.ts';
import { useComponent } from './platform-component.ts';

const deployment = (namespace: string, name: string, image: string): Record<string, unknown> => ({
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: { template: { spec: { containers: [{ name: 'manager', image }] } } },
});

const context = createViewContext(
  createReader(
    buildSnapshot({
      objects: [
        deployment('kserve', 'kserve-controller-manager', 'kserve/kserve-controller:v0.17.0'),
        deployment('knative-serving', 'activator', `gcr.io/knative-releases/activator@sha256:${'0'.repeat(64)}`),
        deployment('istio-system', 'istiod', 'docker.io/istio/pilot:1.26.2-distroless'),
        {
          kind: 'CustomResourceDefinition',
          metadata: { name: 'inferenceservices.serving.kserve.io' },
          spec: {
            versions: [
              { name: 'v1beta1', served: true },
              { name: 'v1alpha2', served: false },
            ],
          },
        },
      ],
    }),
  ),
);

test('a release by the image of a controller', () => {
  expect(releaseText(useComponent(context, 'kserve-controller'))).toBe('KServe 0.17.0');
  expect(releaseText(useComponent(context, 'istiod'))).toBe('Istio 1.26.2');
  expect(releaseText(useComponent(context, 'knative-activator'))).toBeUndefined();
  expect(releaseText(useComponent(context, 'keda-operator'))).toBeUndefined();
});

test('the versions that a CRD serves', () => {
  expect(context.use(servedVersions, definitionRef('inferenceservices.serving.kserve.io'))).toMatchObject({
    state: 'present',
    value: ['v1beta1'],
  });
  expect(context.use(servedVersions, definitionRef('trainedmodels.serving.kserve.io')).state).toBe('absent');
});
