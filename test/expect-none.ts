/** Fails with the problems themselves as the message, so that every reporter shows what to mend. */
import { expect } from 'vitest';

export function expectNone(problems: Iterable<string>, hint = ''): void {
  const list = [...new Set(problems)].sort();
  if (list.length > 0) expect.fail(`${hint === '' ? '' : `${hint}\n`}${list.join('\n')}`);
}
