/** Which lines tell where a server of ours listens. */
import { expect, test } from 'vitest';
import { namesAnother } from './server-line.ts';

test.each([
  ['2026-01-02 10:00:00 uvicorn.error INFO: Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)', false],
  ['INFO: Uvicorn running on http://0.0.0.0:8080', false],
  ['uvicorn.error INFO: connecting to http://mlflow:5000', true],
  ['error: cannot bind 0.0.0.0:8080', true],
  ['Tracking server listening at http://mlflow:5000', true],
])('%s names another server: %s', (line, expected) => {
  expect(namesAnother(line)).toBe(expected);
});
