/**
 * Builds `dist/`: the command, the library and the shell completion as ES modules for Node 20 without run-time dependencies, and the pages of
 * the codes. `--types` adds the declarations of the library (needs a type-clean source tree, takes longer).
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reportDeclaration } from './report-declaration.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Output name to source. The first two carry a `#!` line. */
const COMMANDS = { inferscope: 'src/cli/main.ts', 'kubectl-complete': 'src/cli/kubectl-complete.ts' };
const LIBRARY = { index: 'src/index.ts' };

// CommonJS packages call `require` for Node's own modules, which an ES module does not have.
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

rmSync(dist, { recursive: true, force: true });
const entryPoints = Object.fromEntries(
  Object.entries({ ...COMMANDS, ...LIBRARY }).filter(([, source]) => existsSync(path.join(root, source))),
);
const result = await build({
  absWorkingDir: root,
  entryPoints,
  outdir: dist,
  // Beside the entries: modules find the pages relative to themselves.
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: REQUIRE },
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
});

for (const name of Object.keys(COMMANDS)) {
  const file = path.join(dist, `${name}.js`);
  if (!existsSync(file)) continue;
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, 'utf8').replace(/^#!.*\n/, '')}`);
  chmodSync(file, 0o755);
}

cpSync(path.join(root, 'docs/codes'), path.join(dist, 'pages'), {
  recursive: true,
  filter: (source) => !source.endsWith('README.md'),
});
writeFileSync(path.join(dist, 'THIRD-PARTY.txt'), licences(Object.keys(result.metafile.inputs)));

if (process.argv.includes('--types')) {
  // TypeScript 7 compiles natively; its package has no API, only the command.
  execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  writeFileSync(
    path.join(dist, 'types/model/report-schema.d.ts'),
    reportDeclaration(path.join(root, 'docs/schema/report.schema.json')),
  );
}

/** The licence texts of every package that went into a bundle, as those licences demand. */
function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1]) packages.add(match[1]);
  }
  const texts = [...packages].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(path.join(root, folder)).find((name) => /^(?:licen[cs]e|copying)/i.test(name));
    const text =
      file === undefined ? `Licence: ${manifest.license}` : readFileSync(path.join(root, folder, file), 'utf8').trim();
    return `${manifest.name} ${manifest.version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
