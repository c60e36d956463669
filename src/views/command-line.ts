/**
 * The command line that a Pod's spec gives a container, word for word, and what a program says of a command line that it refuses. Text only: it
 * knows no program, only the parsers that many programs share.
 */
import { listAt } from '../model/json.ts';
import type { ContainerState } from './pod-state.ts';
import { nearestNames } from './parse/nearest-name.ts';
import type { LogHit, RunLog } from './run-log.ts';

export interface SpecArgument {
  /** As written. */
  readonly text: string;
  /** Up to its `=`. */
  readonly name: string;
  /** Pointer into the Pod. */
  readonly pointer: string;
}

export function commandLine(container: ContainerState): readonly SpecArgument[] {
  return ['command', 'args'].flatMap((field) =>
    listAt(container.spec, field).flatMap((text, index) =>
      typeof text === 'string'
        ? [{ text, name: text.split('=', 1)[0] ?? text, pointer: `${container.specPointer}/${field}/${index}` }]
        : [],
    ),
  );
}

export interface RejectedArgument {
  readonly kind: 'unknown' | 'value' | 'required';
  /** With its dashes, without a value. */
  readonly argument?: string;
  /** The option of the printed usage that was plausibly meant. */
  readonly near?: string;
  readonly hit: LogHit;
}

const UNKNOWN: readonly RegExp[] = [
  // Python argparse; absl.flags and gflags.
  /error: unrecognized arguments: (?<argument>\S{1,200})/,
  /(?:Flags parsing error: )?[Uu]nknown command line flag '(?<bare>[\w-]{1,200})'/,
  // click, typer.
  /^Error: No such option:? (?<argument>-\S{1,200})/,
  /^│ No such option: (?<argument>-\S{1,200})/,
  // Go: flag, pflag.
  /^flag provided but not defined: (?<argument>-\S{1,200})/,
  /unknown (?:shorthand )?flag: (?<argument>-\S{1,200}|'\w' in -\S{1,200})/,
  // getopt_long of GNU and musl; clap 2 to 4; commander, yargs; picocli; the JVM; Node.js.
  /unrecognized option:? ['"‘]?(?<argument>-[\w-]{1,200})/i,
  /error: (?:unexpected argument|Found argument) '(?<argument>-[^'\s]{1,200})'/,
  /error: unknown option '?(?<argument>-[^'\s]{1,200})/,
  /^Unknown (?:option|argument)s?: '?(?<argument>-[^'\s,]{1,200})/,
  /Unrecognized VM option '(?<bare>[^'\s]{1,200})'/,
  /: bad option: (?<argument>-\S{1,200})/,
];

const VALUE: readonly RegExp[] = [
  /error: argument (?<argument>-[^\s:,/]{1,200})[^\n:]{0,200}: (?:invalid|expected|not allowed)/,
  /error: argument [^\n:]{1,200}: (?:invalid|expected|not allowed)/,
  /^Error: Invalid value for /,
  /^invalid (?:boolean )?value "[^\n]{0,200}" for (?:flag )?(?<argument>-\S{1,200}):/,
  /^(?:Error: )?invalid argument "[^\n]{0,200}" for "(?<argument>-[^"\n]{1,200})" flag/,
  /^(?:Error: )?flag needs an argument: (?<argument>-\S{1,200})/,
  /error: invalid value '[^'\n]{0,200}' for '(?<argument>-[^'\s]{1,200})/,
  /option '?(?<argument>--[\w-]{1,200})'? requires an argument/,
];

const REQUIRED: readonly RegExp[] = [
  /error: the following arguments are required: /,
  /error: one of the arguments .{1,300} is required/,
  /^Error: Missing (?:option|argument|parameter)/,
  /^(?:Error: )?required flag\(s\) /,
  /error: the following required arguments were not provided/,
];

/** A usage is printed after the complaint by some parsers, and may be longer than what counts as the end of a log. */
export function rejectedArgument(log: RunLog): RejectedArgument | undefined {
  if (log.servesFrom > 0) return undefined;
  for (const [kind, expressions] of [
    ['unknown', UNKNOWN],
    ['value', VALUE],
    ['required', REQUIRED],
  ] as const) {
    const hit = log.ending(...expressions) ?? (kind === 'unknown' ? log.last(...expressions) : undefined);
    if (hit === undefined) continue;
    const bare = hit.match.groups?.['bare'];
    const argument = bare === undefined ? hit.match.groups?.['argument']?.split('=', 1)[0] : `--${bare}`;
    const near = kind === 'unknown' && argument !== undefined ? nearOption(log, hit, argument) : undefined;
    return { kind, hit, ...(argument === undefined ? {} : { argument }), ...(near === undefined ? {} : { near }) };
  }
  return undefined;
}

const OPTION = /(?<![\w-])--?[A-Za-z][\w-]{0,60}/g;
/** More than the usage of any server has. */
const MOST_LINES = 2000;

function nearOption(log: RunLog, hit: LogHit, argument: string): string | undefined {
  const options = new Set<string>();
  for (const [index, line] of log.lines.slice(0, MOST_LINES).entries()) {
    const text = index + 1 === hit.line ? (hit.text.split(argument)[1] ?? '') : line.slice(0, 2000);
    // What follows the refused argument in its own line is the rest of the command line, unless it proposes something.
    if (index + 1 === hit.line && !/did you mean|possible options|similar/i.test(text)) continue;
    for (const match of text.matchAll(OPTION)) options.add(match[0]);
  }
  options.delete(argument);
  const sameDashes = [...options].filter((option) => option.startsWith('--') === argument.startsWith('--'));
  return nearestNames(argument, sameDashes, 1)[0];
}
