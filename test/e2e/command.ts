/**
 * The command as a user has it: bundled once, run as a process of its own in an empty folder with an empty home and no cluster in its
 * environment. For tests.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files of its working folder and its home that were not there before, or whose size changed. */
  readonly written: readonly string[];
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the first line and closes the pipe, as `| head -1` does. */
  readonly closeEarly?: boolean;
}

export interface Command {
  /** Working folder of every run; tests put their input there. */
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** `kubectl_complete-inferscope`. */
  complete(args: readonly string[]): Promise<Outcome>;
  remove(): void;
}

export async function buildCommand(): Promise<Command> {
  const place = mkdtempSync(path.join(root, 'node_modules', '.tmp-e2e-'));
  await build({
    absWorkingDir: root,
    entryPoints: { inferscope: 'src/cli/main.ts', complete: 'src/cli/kubectl-complete.ts' },
    outdir: place,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: REQUIRE },
    logLevel: 'error',
  });
  cpSync(path.join(root, 'docs/codes'), path.join(place, 'pages'), { recursive: true });
  const folder = path.join(place, 'work');
  const home = path.join(place, 'home');
  mkdirSync(folder);
  mkdirSync(home);

  async function start(script: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const before = filesOf([folder, home]);
    const child = spawn(process.execPath, [path.join(place, script), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: home, COLUMNS: '90', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (options.closeEarly === true) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that needs no input may end before it took it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    const code = await new Promise<number | null>((done, failed) => {
      child.on('error', failed);
      child.on('close', done);
    });
    const after = filesOf([folder, home]);
    return {
      code,
      stdout,
      stderr,
      written: [...after].filter(([file, size]) => before.get(file) !== size).map(([file]) => file),
    };
  }

  return {
    folder,
    run: (args, options) => start('inferscope.mjs', args, options),
    complete: (args) => start('complete.mjs', args),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

function filesOf(folders: readonly string[]): ReadonlyMap<string, number> {
  const files = new Map<string, number>();
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      files.set(file, entry.isFile() ? statSync(file).size : 0);
    }
  }
  return files;
}
