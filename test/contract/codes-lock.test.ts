/** Codes, message ids and their arguments are for life; only additions pass. */
import { expect, test } from 'vitest';
import { brokenPromises, type CodesLock } from '../../tools/generate/codes-lock.ts';

const LOCK: CodesLock = {
  IS3101: {
    name: 'PullSecretMissing',
    stage: 'images',
    status: 'active',
    since: '0.1.0',
    messages: { missing: ['namespace', 'secret'] },
  },
};
const ENTRY = { name: 'PullSecretMissing', stage: 'images', status: 'active', since: '0.1.0' } as const;

test('additions and retirement keep every promise', () => {
  const more = { ...LOCK, IS3101: { ...ENTRY, messages: { missing: ['key', 'namespace', 'secret'], empty: [] } } };
  expect(brokenPromises(LOCK, more)).toEqual([]);
  const retired: CodesLock = {
    IS3101: { ...ENTRY, status: 'retired', replacedBy: 'IS3102', messages: { missing: ['namespace', 'secret'] } },
  };
  expect(brokenPromises(LOCK, retired)).toEqual([]);
});

test('a code, a message or an argument that goes is named', () => {
  expect(brokenPromises(LOCK, {})).toEqual([
    expect.stringContaining('IS3101 PullSecretMissing is gone; codes are for life'),
  ]);
  expect(brokenPromises(LOCK, { IS3101: { ...ENTRY, messages: { gone: [] } } })).toEqual([
    expect.stringContaining('lost its message missing'),
  ]);
  expect(brokenPromises(LOCK, { IS3101: { ...ENTRY, messages: { missing: ['secret'] } } })).toEqual([
    expect.stringContaining('lost {namespace}'),
  ]);
});
