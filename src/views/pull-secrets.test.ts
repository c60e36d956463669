/** Which registries a pull secret covers, and what of it counts as seen. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createViewContext } from '../engine/view-context.ts';
import { createReader } from '../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../testing/snapshot-builder.ts';
import { covers, pullSecrets, type PullSecret, type PullSecrets } from './pull-secrets.ts';

const REF = { apiVersion: 'v1', kind: 'Secret', namespace: 'models', name: 's' };

function secretFor(...hosts: readonly string[]): PullSecret {
  const gap = { id: 'gap:x', wanted: 'x', reason: 'failed', detail: '' } as const;
  return { ref: REF, found: { state: 'unknown', gap }, type: 'kubernetes.io/dockerconfigjson', usable: true, hosts };
}

function secretsOf(given: Given): PullSecrets {
  const context = createViewContext(createReader(buildSnapshot(given)));
  const found = context.use(pullSecrets, { apiVersion: 'v1', kind: 'Pod', namespace: 'models', name: 'p' });
  if (found.state !== 'present') throw new Error('the pod is there');
  return found.value;
}

describe('covers', () => {
  it.each([
    ['ghcr.io', 'ghcr.io', true],
    ['ghcr.io', 'GHCR.io', true],
    ['*.azurecr.io', 'models.azurecr.io', true],
    ['*.azurecr.io', 'eu.models.azurecr.io', false],
    ['reg-*-1.example', 'reg-eu-1.example', true],
    ['registry.example:5000', 'registry.example', false],
    ['registry.example', 'registry.example:5000', false],
    ['docker.io', 'docker.io.example', false],
  ])('%s for %s: %s', (pattern, host, expected) => {
    expect(covers(secretFor(pattern), host)).toBe(expected);
  });

  it('tells apart a Secret of the wrong type, and one whose hosts were not seen', () => {
    expect(covers({ ...secretFor('ghcr.io'), usable: false }, 'ghcr.io')).toBe(false);
    expect(covers({ ref: REF, found: secretFor().found, usable: true }, 'ghcr.io')).toBeUndefined();
  });

  it('never throws, and a host covers itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, host) => typeof covers(secretFor(pattern), host) === 'boolean'),
    );
    fc.assert(fc.property(fc.domain(), (host) => covers(secretFor(host.toLowerCase()), host) === true));
  });
});

describe('pullSecrets', () => {
  const pod = { kind: 'Pod', metadata: { name: 'p' }, spec: { imagePullSecrets: [{ name: 'a' }] } };
  const elsewhere = {
    kind: 'Secret',
    metadata: { name: 'a', namespace: 'build' },
    type: 'kubernetes.io/dockerconfigjson',
  };

  it('finds a missing secret absent, and where else there is one of that name', () => {
    const secrets = secretsOf({ objects: [pod, elsewhere] });
    expect(secrets.named[0]?.found.state).toBe('absent');
    expect(secrets.elsewhere).toEqual({ a: ['build'] });
  });

  it('does not take a list that was not read for an empty one', () => {
    const secrets = secretsOf({ objects: [pod, elsewhere], unlisted: ['Secret'] });
    expect(secrets.named[0]?.found.state).toBe('unknown');
    expect(secrets.elsewhere).toEqual({});
  });
});
