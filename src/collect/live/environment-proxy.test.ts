/** Which proxy the environment asks for. */
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { environmentProxy } from './environment-proxy.ts';

const PROXY = 'http://proxy:3128';

test.each([
  ['https://k8s.corp:6443', {}, PROXY],
  ['https://k8s.corp:6443', { NO_PROXY: 'corp' }, undefined],
  ['https://k8s.corp:6443', { NO_PROXY: '.corp' }, undefined],
  ['https://k8s.corp:6443', { no_proxy: 'other, k8s.corp:6443' }, undefined],
  ['https://k8s.corp:6443', { NO_PROXY: 'k8s.corp:443' }, PROXY],
  ['https://k8s.corp:6443', { NO_PROXY: 'orp' }, PROXY],
  ['https://10.20.0.1:6443', { NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://10.20.0.1:6443', { NO_PROXY: '192.168.0.0/16' }, PROXY],
  ['https://[fd00::1]:6443', { NO_PROXY: 'fd00::/8' }, undefined],
  ['https://k8s.corp', { NO_PROXY: '*' }, undefined],
  ['https://127.0.0.1:6443', {}, undefined],
  ['https://localhost:6443', {}, undefined],
  ['http://k8s.corp', {}, undefined],
])('%s with %o', (server, more, expected) => {
  expect(environmentProxy(server, { HTTPS_PROXY: 'proxy:3128', ...more })).toBe(expected);
});

test('no exception list makes it throw', () => {
  assert(
    property(string(), (list) =>
      ['string', 'undefined'].includes(
        typeof environmentProxy('https://10.0.0.1', { HTTPS_PROXY: PROXY, NO_PROXY: list }),
      ),
    ),
  );
});
