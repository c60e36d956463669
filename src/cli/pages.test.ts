/** The pages are there without a cluster, and nothing that a person types becomes a path. */
import { expect, test } from 'vitest';
import { pageIndex, readPage } from './pages.ts';

test('every page of the index can be read and is headed by its code and name', () => {
  expect(pageIndex().length).toBeGreaterThan(0);
  for (const { code, name } of pageIndex()) expect(readPage(code)).toContain(`# ${code} ${name}\n`);
});

test('a code that does not exist has no page', () => {
  for (const code of ['IS9999', '../codes/README', '/etc/hosts', 'README', '']) expect(readPage(code)).toBeUndefined();
});
