/** The words for kinds: what kubectl takes must mean the kind that is meant, also where another group has one of the same name. */
import { expect, test } from 'vitest';
import { KINDS, apiVersionOf, kindFromWord, kindWord, nameWithKind } from './kinds.ts';

test('the word of every kind leads back to it', () => {
  for (const info of KINDS) {
    const word = kindWord({ apiVersion: apiVersionOf(info), kind: info.kind });
    expect(kindFromWord(word), word).toBe(info);
  }
});

test('namesakes are told apart', () => {
  expect(kindWord({ apiVersion: 'v1', kind: 'Service' })).toBe('service');
  expect(kindWord({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' })).toBe('ksvc');
  expect(kindWord({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' })).toBe('ingress');
  expect(kindWord({ apiVersion: 'networking.internal.knative.dev/v1alpha1', kind: 'Ingress' })).toBe('kingress');
  expect(kindWord({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway' })).toBe('gateway.networking.istio.io');
  expect(kindWord({ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' })).toBe('inferenceservice');
  expect(kindWord({ apiVersion: 'serving.kubeflow.org/v1beta1', kind: 'InferenceService' })).toBe(
    'inferenceservice.serving.kubeflow.org',
  );
  // OpenShift has Routes of its own.
  expect(kindWord({ apiVersion: 'serving.knative.dev/v1', kind: 'Route' })).toBe('route.serving.knative.dev');
});

test('a kind that is in no table keeps its name', () => {
  expect(kindWord({ apiVersion: 'example.com/v1', kind: 'Trainer' })).toBe('trainer');
});

test('texts name the kind with its project, and what lies outside the cluster by its name alone', () => {
  expect(nameWithKind({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'a' })).toBe('Knative Service a');
  expect(nameWithKind({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' })).toBe('Deployment a');
  expect(nameWithKind({ apiVersion: 'inferscope', kind: 'Source', name: 's3://models/a' })).toBe('s3://models/a');
});
