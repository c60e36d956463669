/**
 * The meaning of paths in a mirror.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMirrorPath } from './mirror-path.ts';

it('tells lists, objects, logs, discovery and look-ups apart', () => {
  expect(parseMirrorPath('api/v1/pods.json')).toEqual({ type: 'list', apiVersion: 'v1', plural: 'pods' });
  expect(parseMirrorPath('api/v1/namespaces.json')).toEqual({ type: 'list', apiVersion: 'v1', plural: 'namespaces' });
  expect(parseMirrorPath('api/v1/namespaces/a.json')).toEqual({
    type: 'object',
    apiVersion: 'v1',
    plural: 'namespaces',
    name: 'a',
  });
  expect(parseMirrorPath('api/v1/namespaces/a/pods.json')).toEqual({
    type: 'list',
    apiVersion: 'v1',
    plural: 'pods',
    namespace: 'a',
  });
  expect(parseMirrorPath('apis/apps/v1/namespaces/a/deployments/d.v1.json')).toEqual({
    type: 'object',
    apiVersion: 'apps/v1',
    plural: 'deployments',
    namespace: 'a',
    name: 'd.v1',
  });
  expect(parseMirrorPath('apis/storage.k8s.io/v1/storageclasses/x.json')).toMatchObject({ type: 'object', name: 'x' });
  for (const path of ['api.json', 'apis.json', 'version.json', 'api/v1.json', 'apis/apps.json', 'apis/apps/v1.json']) {
    expect(parseMirrorPath(path)).toEqual({ type: 'discovery' });
  }
  const pod = { namespace: 'a', pod: 'p', container: 'c' };
  expect(parseMirrorPath('api/v1/namespaces/a/pods/p/log/c.txt')).toEqual({ type: 'log', ...pod, previous: false });
  expect(parseMirrorPath('api/v1/namespaces/a/pods/p/log/c.previous.txt')).toEqual({
    type: 'log',
    ...pod,
    previous: true,
  });
  expect(parseMirrorPath('api/v1/namespaces/a/pods/p/log/c.previous.error.json')).toEqual({
    type: 'log-refusal',
    ...pod,
    previous: true,
  });
  expect(parseMirrorPath('registry/localhost:5000/team/m/blobs/sha256:ab.json')).toEqual({
    type: 'registry',
    host: 'localhost:5000',
    repository: 'team/m',
    what: 'blobs',
    reference: 'sha256:ab',
  });
});

it('takes anything else for nothing, whatever the path', () => {
  for (const path of ['README.md', 'api/v1/pods.txt', 'registry/h/manifests/x.json', 'constructor', 'api', 'a/b/c']) {
    expect(parseMirrorPath(path)).toEqual({ type: 'other' });
  }
  const path = fc.array(fc.oneof(fc.string(), fc.constantFrom('api', 'apis', 'registry', 'namespaces', '..', 'log')), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(path, (steps) => {
      expect(parseMirrorPath(steps.join('/')).type).toBeTypeOf('string');
    }),
  );
});
