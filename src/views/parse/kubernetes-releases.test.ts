/** Versions as distributions write them. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfSupport, kubernetesVersion, oldestSkew } from './kubernetes-releases.ts';

describe('a version of Kubernetes', () => {
  it.each([
    ['v1.29.4-gke.1043002', 29, '1.29.4-gke.1043002'],
    ['v1.30.2+k3s1', 30, '1.30.2+k3s1'],
    ['v1.27.16-eks-a737599', 27, '1.27.16-eks-a737599'],
    ['1.34', 34, '1.34'],
    ['v1.33.1+rke2r1', 33, '1.33.1+rke2r1'],
  ])('%s is read', (text, minor, told) => {
    expect(kubernetesVersion(text)).toEqual({ major: 1, minor, text: told });
  });

  it.each([undefined, '', 'latest', 'v1', '1.2.3.4:5 x'.repeat(40)])('%s is none', (text) => {
    expect(kubernetesVersion(text)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => !Number.isNaN(kubernetesVersion(text)?.major ?? 0)));
  });

  it('knows when support ended, and says nothing of versions to come', () => {
    expect(endOfSupport({ major: 1, minor: 29, text: '1.29.0' })).toBe('2025-02-28');
    expect(endOfSupport({ major: 1, minor: 99, text: '1.99.0' })).toBeUndefined();
  });

  it('has the skew of its API server', () => {
    expect(oldestSkew({ major: 1, minor: 27, text: '' })).toBe(2);
    expect(oldestSkew({ major: 1, minor: 28, text: '' })).toBe(3);
  });
});
