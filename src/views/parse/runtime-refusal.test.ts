import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRuntimeRefusal } from './runtime-refusal.ts';

describe('why KServe has no runtime for a model', () => {
  test.each([
    ['NoSupportingRuntime', 'No runtime found to support specified framework/version', { class: 'none-fits' }],
    [
      '',
      'no runtime found to support predictor with model type: {catboost <nil>}',
      { class: 'none-fits', format: 'catboost' },
    ],
    [
      '',
      'No runtime found to support predictor with model type: {sklearn 0xc000a1}',
      { class: 'none-fits', format: 'sklearn' },
    ],
    ['NoSupportingRuntime', 'No ServingRuntime supports specified model type and/or protocol', { class: 'none-fits' }],
    [
      '',
      'No ServingRuntimes or ClusterServingRuntimes with the name: kserve-x',
      { class: 'missing', runtime: 'kserve-x' },
    ],
    ['RuntimeNotRecognized', 'Waiting for runtime to become available', { class: 'missing' }],
    ['', 'specified runtime skl is disabled', { class: 'disabled', runtime: 'skl' }],
    ['RuntimeDisabled', 'Specified runtime is disabled', { class: 'disabled' }],
    [
      'NoSupportingRuntime',
      'Specified runtime does not support specified protocol version',
      { class: 'unfit', of: 'protocol' },
    ],
    [
      '',
      'specified runtime skl does not support specified framework/version',
      { class: 'unfit', of: 'format', runtime: 'skl' },
    ],
    [
      'InvalidPredictorSpec',
      'no container configuration found in selected serving runtime',
      { class: 'unusable', how: 'no-container' },
    ],
    [
      'InvalidPredictorSpec',
      'failed to replace placeholders in serving runtime skl Container kserve-container',
      { class: 'unusable', how: 'placeholder', runtime: 'skl' },
    ],
  ])('%s %s', (reason, message, expected) => {
    expect(parseRuntimeRefusal(reason, message)).toMatchObject(expected);
  });

  test('a model that cannot be loaded is no matter of runtimes', () => {
    expect(parseRuntimeRefusal('ModelLoadFailed', 'RuntimeError: no such file')).toBeUndefined();
  });

  test('any text is taken', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        expect(() => parseRuntimeRefusal('', text)).not.toThrow();
      }),
    );
  });
});
