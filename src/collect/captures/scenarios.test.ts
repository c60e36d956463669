/**
 * Every real capture reads without a gap, and none of the secrets in them reaches a Snapshot.
 */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCapture } from './read-capture.ts';

const SCENARIOS = new URL('../../../test/scenarios/', import.meta.url);

for (const id of readdirSync(SCENARIOS)) {
  it(`${id} holds no secret value`, async () => {
    const snapshot = await readCapture(new URL(`${id}/capture.tgz`, SCENARIOS).pathname);
    expect(snapshot.gaps).toEqual([]);
    expect(snapshot.evidence.length).toBeGreaterThan(100);
    expect(JSON.stringify(snapshot).includes('canary-')).toBe(false);
  });
}
