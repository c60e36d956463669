import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingFaults } from './knative-setting-faults.ts';

describe('values that Knative refuses', () => {
  test.each([
    ['config-autoscaler', 'container-concurrency-target-percentage', '150'],
    ['config-autoscaler', 'stable-window', '60'],
    ['config-autoscaler', 'scale-to-zero-grace-period', '2s'],
    ['config-autoscaler', 'enable-scale-to-zero', 'yes'],
    ['config-autoscaler', 'panic-threshold-percentage', '90'],
    ['config-deployment', 'progress-deadline', '20 minutes'],
    ['config-defaults', 'revision-timeout-seconds', '1800'],
    ['config-network', 'ingress-class', ''],
    ['config-network', 'auto-tls', 'true'],
    ['config-gc', 'min-non-active-revisions', '2000'],
  ])('%s %s: %s', (config, key, value) => {
    expect(settingFaults(config, { [key]: value })).toMatchObject([{ key, value, result: 'refused' }]);
  });

  test('a flag that is neither on nor off is passed over', () => {
    expect(settingFaults('config-features', { 'kubernetes.podspec-nodeselector': 'true' })).toMatchObject([
      { key: 'kubernetes.podspec-nodeselector', result: 'ignored' },
    ]);
  });
});

describe('values that are good', () => {
  test.each([
    ['config-autoscaler', { 'scale-to-zero-grace-period': '30s', 'container-concurrency-target-percentage': '0.7' }],
    ['config-autoscaler', { 'target-burst-capacity': '-1', 'max-scale-up-rate': '1000.0', 'initial-scale': '0' }],
    ['config-defaults', { 'revision-timeout-seconds': '900', 'max-revision-timeout-seconds': '900' }],
    ['config-features', { 'kubernetes.podspec-affinity': 'Enabled', 'secure-pod-defaults': 'root-allowed' }],
    ['config-domain', { 'models.acme.example': '' }],
    ['config-gc', { 'retain-since-create-time': 'disabled' }],
    ['config-other', { constructor: 'x' }],
  ])('%s %j', (config, settings) => {
    expect(settingFaults(config, settings)).toEqual([]);
  });

  test('takes any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('config-autoscaler', 'config-features', 'config-gc'),
        fc.dictionary(fc.string(), fc.string()),
        (name, settings) => {
          expect(settingFaults(name, settings).every(({ why }) => why !== '')).toBe(true);
        },
      ),
    );
  });
});
