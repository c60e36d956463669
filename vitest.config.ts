import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // Without it one of two cores is kept for watching files.
    maxWorkers: '100%',
    testTimeout: 60_000,
  },
});
