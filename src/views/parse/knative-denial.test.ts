import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAdmissionError } from './admission-message.ts';
import { knativeDenialIn } from './knative-denial.ts';

const denial = (words: string, webhook = 'validation.webhook.serving.knative.dev') =>
  knativeDenialIn(
    parseAdmissionError(`fails to reconcile predictor: admission webhook "${webhook}" denied the request: ${words}`),
  );

describe('a denial by the webhooks of Knative Serving', () => {
  test.each([
    [
      'validation failed: must not set the field(s): spec.template.spec.nodeSelector, spec.template.spec.tolerations',
      ['kubernetes.podspec-nodeselector', 'kubernetes.podspec-tolerations'],
    ],
    [
      'validation failed: must not set the field(s): spec.template.spec.containers[0].env[1].valueFrom.fieldRef',
      ['kubernetes.podspec-fieldref'],
    ],
    [
      'validation failed: pod spec support for init-containers is off, but found 1 init containers',
      ['kubernetes.podspec-init-containers'],
    ],
    [
      'validation failed: Persistent volume write support is disabled, but found persistent volume claim w that is not read-only',
      ['kubernetes.podspec-persistent-volume-write'],
    ],
    [
      'validation failed: EmptyDir volume support is disabled, but found EmptyDir volume shm',
      ['kubernetes.podspec-volumes-emptydir'],
    ],
    ['validation failed: multi-container is off, but found 2 containers', ['multi-container']],
  ])('%s', (words, flags) => {
    expect(denial(words)).toMatchObject({ class: 'feature', flags });
  });

  test('a limit names the key that sets it', () => {
    expect(denial('validation failed: expected 0 <= 1200 <= 600: spec.template.spec.timeoutSeconds')).toEqual({
      class: 'limit',
      config: 'config-defaults',
      key: 'max-revision-timeout-seconds',
      field: 'timeout',
      given: '1200',
      most: '600',
    });
    expect(
      denial('validation failed: expected 0 <= 5000 <= 1000: spec.template.spec.containerConcurrency'),
    ).toMatchObject({ key: 'container-concurrency-max-limit', most: '1000' });
  });

  test.each([
    ['validation failed: more than one container port is set: spec.template.spec.containers[*].ports', 'several-ports'],
    ['validation failed: invalid value: 8012 is a reserved port: spec.x.containerPort', 'reserved-port'],
    ['validation failed: "PORT" is a reserved environment variable: spec.x.name', 'reserved-variable'],
    ['validation failed: invalid value: 9: spec.x.httpGet.port\nProbe port must match container port', 'probe-port'],
    ['validation failed: max-scale=1 is less than min-scale=3: spec.template.metadata.annotations', 'scale-bounds'],
    [
      'validation failed: must not set the field(s): spec.template.spec.containers[0].securityContext.privileged',
      'field-not-allowed',
    ],
    ['validation failed: missing field(s): spec.template.spec.containers[0].image', 'field-missing'],
  ])('%s', (words, fault) => {
    expect(denial(words)).toMatchObject({ class: 'spec', fault });
  });

  test('another webhook is none of it, and neither is the one that guards the ConfigMaps', () => {
    expect(denial('multi-container is off, but found 2 containers', 'policy.example.org')).toBeUndefined();
    expect(denial('missing field(s): data', 'config.webhook.serving.knative.dev')).toBeUndefined();
  });

  test('any text is taken', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 4000 }), (words) => {
        expect(() => denial(words.replaceAll('"', "'"))).not.toThrow();
      }),
    );
  });
});
