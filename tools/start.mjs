/**
 * `npm start`: builds, and diagnoses the example capture (or whatever the arguments say).
 * The command ends with 1 where it explains a failure, as it does here; npm would print its own error over that, so 1 and 2, the
 * answers "a cause was found" and "undecided", end this wrapper with 0. Only 3, "could not run", remains a failure.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const EXAMPLE = ['deploy/pred-maint', '-n', 'pred-maint', '--from', 'examples/pred-maint.tgz'];
const given = process.argv.slice(2);

await import('./build.mjs');
const { status } = spawnSync(
  process.execPath,
  [path.join(root, 'dist/inferscope.js'), ...(given.length > 0 ? given : EXAMPLE)],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status === 0 || status === 1 || status === 2 ? 0 : 3;
