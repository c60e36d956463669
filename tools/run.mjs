/**
 * Runs a TypeScript tool of this repository: bundles it with esbuild into a temporary file beside node_modules and imports it.
 * Node 20 cannot read TypeScript by itself.
 */
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const [entry, ...rest] = process.argv.slice(2);
if (!entry) {
  process.stderr.write('usage: node tools/run.mjs FILE.ts [arguments]\n');
  process.exit(2);
}
const directory = mkdtempSync(path.join(root, 'node_modules', '.tool-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const outfile = path.join(directory, `${path.basename(entry, '.ts')}.mjs`);

/** In a bundle every module would see the folder of the bundle; each keeps that of its source. */
const ownFolder = {
  name: 'own-folder',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      return text.includes('import.meta.')
        ? {
            contents: text
              .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
              .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)),
            loader: 'ts',
          }
        : undefined;
    });
  },
};

try {
  await build({
    entryPoints: [path.resolve(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    target: 'node20',
    // esbuild prints what does not compile, with file and line; its exception would only repeat that.
    logLevel: 'error',
    plugins: [ownFolder],
  });
} catch {
  process.exit(1);
}
process.argv = [process.argv[0] ?? 'node', entry, ...rest];
await import(pathToFileURL(outfile).href);
