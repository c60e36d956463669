import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { missingConfigOf, missingReferencesOf, poolOf, routeWithoutParent, unusableUriOf } from './llm-message.ts';

describe('messages of the LLMInferenceService controller', () => {
  test('a config that is nowhere', () => {
    expect(missingConfigOf('LLMInferenceServiceConfig "llama-base" not found in namespaces [chat kserve]')).toEqual({
      name: 'llama-base',
      namespaces: ['chat', 'kserve'],
    });
    expect(missingConfigOf('failed to get ConfigMap chat/x')).toBeUndefined();
  });
  test('Gateways and routes that are not there, each once', () => {
    expect(
      missingReferencesOf(
        'Gateway infra/llm does not exist; HTTPRoute chat/llm does not exist; Managed HTTPRoute references non-existent Gateway infra/llm',
      ),
    ).toEqual([
      { kind: 'Gateway', namespace: 'infra', name: 'llm' },
      { kind: 'HTTPRoute', namespace: 'chat', name: 'llm' },
    ]);
    expect(
      missingReferencesOf('HTTPRoute target validation failed: HTTPRoute a/b references non-existent Gateway c/d.e'),
    ).toEqual([{ kind: 'Gateway', namespace: 'c', name: 'd.e' }]);
    expect(routeWithoutParent('HTTPRoute a/b has no parent gateway references')).toEqual({ namespace: 'a', name: 'b' });
  });
  test('URIs', () => {
    expect(unusableUriOf('failed: unsupported schema in model URI: ftp://x/y')).toEqual({
      problem: 'scheme',
      words: 'ftp://x/y',
    });
    expect(unusableUriOf('OCI modelcars is not enabled')?.problem).toBe('modelcar');
    expect(unusableUriOf('quota exceeded')).toBeUndefined();
  });
  test('pools', () => {
    expect(poolOf('Inference Pool chat/l-inference-pool exists but no Gateway controller has accepted it yet')).toEqual(
      {
        namespace: 'chat',
        name: 'l-inference-pool',
      },
    );
    expect(poolOf('chat/pool: Accepted=&v1.Condition{} (reason "x", message "y")')).toEqual({
      namespace: 'chat',
      name: 'pool',
    });
    expect(poolOf('The inference pool chat/pool is not ready')).toEqual({ namespace: 'chat', name: 'pool' });
  });
  test('any text is survived', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        for (const read of [missingConfigOf, missingReferencesOf, unusableUriOf, poolOf, routeWithoutParent])
          read(text);
      }),
    );
  });
});
