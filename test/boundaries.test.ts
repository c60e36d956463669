/**
 * Which folder may import which, and what pure folders may not do: one table, held for every line of `src/`.
 * The last test proves it: engine, rules and renderers build for a browser, where there is no Node.
 */
import { build } from 'esbuild';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectNone } from './expect-none.ts';

const root = path.resolve(import.meta.dirname, '..');
const src = path.join(root, 'src');

interface Border {
  /** Path below src/, a folder or a file; the longest that fits a file counts. */
  readonly of: string;
  /** What it may import besides its own folder. */
  readonly from: readonly string[];
  readonly packages: readonly string[];
  /** No Node, no input or output, no clock, no asynchronous code. */
  readonly pure: boolean;
}

const BORDERS: readonly Border[] = [
  { of: 'model', from: [], packages: ['zod'], pure: true },
  { of: 'views', from: ['model'], packages: ['re2js'], pure: true },
  { of: 'fixes', from: ['model', 'views'], packages: [], pure: true },
  { of: 'rules', from: ['model', 'views', 'fixes'], packages: [], pure: true },
  { of: 'graph', from: ['model', 'views'], packages: [], pure: true },
  {
    of: 'engine',
    from: ['model', 'views', 'graph', 'rules/define.ts', 'snapshot/reader.ts'],
    packages: [],
    pure: true,
  },
  { of: 'report', from: ['model'], packages: [], pure: true },
  // The index that the engine reads a Snapshot through is as pure as the engine; writing and reading captures is not.
  { of: 'snapshot/reader.ts', from: ['model', 'snapshot/event-record.ts'], packages: [], pure: true },
  { of: 'snapshot/event-record.ts', from: ['model'], packages: [], pure: true },
  {
    of: 'snapshot',
    from: ['model', 'collect/captures', 'collect/problem.ts'],
    packages: ['node:', 'tar'],
    pure: false,
  },
  // The likeness of names is pure text; a mistyped context is told from the others as a mistyped Secret is.
  {
    of: 'collect',
    from: ['model', 'views/parse/nearest-name.ts'],
    packages: ['node:', 'tar', 'js-yaml', '@kubernetes/client-node'],
    pure: false,
  },
  {
    of: 'testing',
    from: ['model', 'engine', 'rules/define.ts', 'snapshot/reader.ts'],
    packages: ['node:', 'zod'],
    pure: false,
  },
  {
    of: 'cli',
    from: ['model', 'collect', 'engine', 'report', 'rules', 'snapshot', 'views/parse'],
    packages: ['node:', 'commander'],
    pure: false,
  },
  {
    of: 'server',
    from: ['model', 'collect', 'engine', 'report', 'rules', 'snapshot'],
    packages: ['node:'],
    pure: false,
  },
  {
    of: 'agent',
    from: ['model', 'collect', 'engine', 'report', 'rules', 'snapshot'],
    packages: ['node:'],
    pure: false,
  },
  { of: 'web', from: ['model', 'engine', 'report', 'rules'], packages: [], pure: false },
  {
    of: 'index.ts',
    from: ['model', 'collect/captures/read-capture.ts', 'collect/problem.ts', 'engine', 'report', 'rules', 'snapshot'],
    packages: [],
    pure: false,
  },
];

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\basync\b\s*(?:function\b|\(|\w+\s*=>)|\bawait\s/, 'asynchronous code'],
  [/\bconsole\s*\.\s*\w+\s*\(/, 'console'],
  [/\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bperformance\s*\.\s*now\b/, 'the clock; now is Snapshot.takenAt'],
  [
    /\bprocess\s*\.\s*(?:env|argv|exit|exitCode|cwd|stdout|stderr|stdin|platform|pid|hrtime|on|memoryUsage)\b/,
    'process',
  ],
  [
    /\bMath\s*\.\s*random\b|\bset(?:Timeout|Interval|Immediate)\s*\(|(?:^|[=(;,:?]|return|await)\s*(?:fetch|require)\(/,
    'chance, timers or the network',
  ],
];

interface SourceFile {
  /** Below src/. */
  readonly file: string;
  readonly lines: readonly string[];
}

function sourceFiles(): readonly SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({
      file: file.split(path.sep).join('/'),
      lines: readFileSync(path.join(src, file), 'utf8').split('\n'),
    }));
}

function borderOf(file: string): Border | undefined {
  return BORDERS.filter((border) => within(file, border.of)).sort((a, b) => b.of.length - a.of.length)[0];
}

function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

interface Import {
  readonly line: number;
  readonly specifier: string;
}

function importsOf({ lines }: SourceFile): readonly Import[] {
  return lines.flatMap((text, index) => {
    const match =
      /^(?:import|export|\})(?:.*\bfrom)?\s*'([^']+)';?$/.exec(text.trim()) ?? /\bimport\('([^']+)'\)/.exec(text);
    return match?.[1] === undefined ? [] : [{ line: index + 1, specifier: match[1] }];
  });
}

function importProblem(file: string, border: Border, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    const allowed = border.packages.some((name) =>
      name.endsWith(':') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
    );
    return allowed
      ? undefined
      : `${border.of} may not import the package ${specifier} (allowed: ${border.packages.join(', ') || 'none'})`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (!target.endsWith('.ts')) return `import ${specifier} needs its .ts extension`;
  const rule = /^rules\/[^/]+\/[^/]+\//.exec(file)?.[0];
  if (rule !== undefined && within(target, 'rules')) {
    return target === 'rules/define.ts' || target.startsWith(rule)
      ? undefined
      : 'rules do not know each other: move what they share to views/ or fixes/';
  }
  if (within(target, border.of)) return undefined;
  const allowed = border.from.some((place) => within(target, place));
  return allowed
    ? undefined
    : `${border.of} may not import ${target} (allowed: ${border.from.join(', ') || 'only itself'})`;
}

/** What is left of a line without comments and the insides of plain strings. */
function codeOf(line: string): string {
  if (/^\s*(?:\*|\/\/|\/\*)/.test(line)) return '';
  return line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''").replace(/\s\/\/ .*$/, '');
}

describe('boundaries', () => {
  const files = sourceFiles();

  test('every folder of src has its line in the table', () => {
    expectNone(
      files
        .filter(({ file }) => borderOf(file) === undefined)
        .map(({ file }) => `src/${file}: add its folder to BORDERS in test/boundaries.test.ts`),
    );
  });

  test('imports go in the allowed directions only', () => {
    const broken = files.flatMap((source) => {
      const border = borderOf(source.file);
      if (border === undefined) return [];
      return importsOf(source).flatMap(({ line, specifier }) => {
        const problem = importProblem(source.file, border, specifier);
        return problem === undefined ? [] : [`src/${source.file}:${line}: ${problem}`];
      });
    });
    expectNone(broken);
  });

  test('pure folders do nothing but compute', () => {
    const broken = files.flatMap((source) => {
      const border = borderOf(source.file);
      if (border?.pure !== true) return [];
      return source.lines.flatMap((text, index) => {
        const code = codeOf(text);
        return IMPURE.filter(([pattern]) => pattern.test(code)).map(
          ([, what]) => `src/${source.file}:${index + 1}: ${border.of} is pure and may not use ${what}`,
        );
      });
    });
    expectNone(broken);
  });

  test('engine, rules and renderers build for a browser', async () => {
    const result = await build({
      stdin: {
        contents:
          "export * from './engine/diagnose.ts'; export * from './rules/index.gen.ts'; export * from './report/json.ts'; export * from './report/plain.ts'; export * from './report/short.ts'; export * from './report/terminal/render.ts';",
        resolveDir: src,
        loader: 'ts',
      },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    }).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (typeof result === 'string') throw new Error(`the pure part does not build for a browser:\n${result}`);
    expect(result.outputFiles[0]?.contents.length ?? 0).toBeGreaterThan(1000);
  });
});
