/**
 * Shell completion: commands, flags, kinds, and the codes, names and reasons that `explain` knows. Needs no cluster, so it never makes a shell wait.
 */
import { InferscopeProblem } from '../collect/problem.ts';
import { KINDS, type KindInfo } from '../model/kinds.ts';
import { PREFLIGHT_PHASES, PREFLIGHT_PROFILES } from '../model/preflight.ts';
import { EXTENSION_SETTINGS } from '../views/parse/azureml-settings.ts';
import { conditionIndex } from './condition-pages.ts';
import { pageIndex } from './pages.ts';

const COMMANDS = ['diagnose', 'trace', 'preflight', 'explain', 'rules', 'completion', 'version', 'help'];
const FLAGS = [
  '--namespace',
  '--all-namespaces',
  '--context',
  '--kubeconfig',
  '--from',
  '--output',
  '--plain',
  '--ascii',
  '--timeout',
  '--debug',
  '--help',
  '--version',
];
/** A request goes to one object. */
const TRACE_FLAGS = [
  '--path',
  '--host',
  '--method',
  '--header',
  '--send',
  '--yes',
  ...FLAGS.filter((flag) => flag !== '--all-namespaces'),
];
const PREFLIGHT_FLAGS = [
  '--phase',
  '--profile',
  '--config',
  '--config-file',
  '--config-protected',
  '--extension-name',
  '--connect',
  '--region',
  '--host',
  ...FLAGS.filter((flag) => flag !== '--all-namespaces'),
];
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  trace: ['text', 'json'],
  preflight: ['text', 'json', 'junit', 'markdown', 'arcml-healthcheck'],
};
/** What follows a flag of preflight; of settings the names, whose values a person types. */
const PREFLIGHT_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--phase': PREFLIGHT_PHASES,
  '--profile': PREFLIGHT_PROFILES,
  '--config': settingWords(false),
  '--config-protected': settingWords(true),
};
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '-o': ['text', 'json', 'short'],
  '--output': ['text', 'json', 'short'],
  completion: ['bash', 'zsh', 'fish'],
};

/** Candidates for the last word; `words` are those after the program's name, the last being the one under the cursor. */
export function complete(words: readonly string[]): readonly string[] {
  const current = words.at(-1) ?? '';
  const previous = words.at(-2) ?? '';
  const starting = (candidates: readonly string[]): readonly string[] =>
    candidates.filter((candidate) => candidate.startsWith(current));
  const command = words[0] ?? '';
  const values = command === 'preflight' ? (PREFLIGHT_VALUES[previous] ?? VALUES[previous]) : VALUES[previous];
  const isFormat = previous === '-o' || previous === '--output';
  if (values) return starting(isFormat ? (FORMATS[command] ?? values) : values);
  if (current.startsWith('-'))
    return starting(command === 'trace' ? TRACE_FLAGS : command === 'preflight' ? PREFLIGHT_FLAGS : FLAGS);
  // Preflight judges a cluster, not an object.
  if (command === 'preflight' && words.length > 1) return [];
  if (words.slice(0, -1).includes('explain')) {
    // Words with spaces would need quoting, and patterns are no words.
    const reasons = conditionIndex().flatMap((page) => [page.name, ...page.words.filter((word) => /^\w+$/.test(word))]);
    return [...new Set([...pageIndex().flatMap((page) => [page.code, page.name]), ...reasons])].filter((word) =>
      word.toLowerCase().startsWith(current.toLowerCase()),
    );
  }
  const kinds = KINDS.flatMap((kind) => kindWord(kind, current));
  return [...new Set(words.length <= 1 ? [...starting(COMMANDS), ...kinds] : kinds)];
}

function settingWords(isProtected: boolean): readonly string[] {
  return EXTENSION_SETTINGS.filter((setting) => (setting.isProtected === true) === isProtected).map(
    ({ name }) => `${name}=`,
  );
}

/** One word a kind: the short one, or another that goes on as the person has begun. */
function kindWord(kind: KindInfo, current: string): readonly string[] {
  const words = [...kind.shortNames, kind.kind.toLowerCase(), kind.plural].map((word) => `${word}/`);
  const found = words.find((word) => word.startsWith(current));
  return found === undefined ? [] : [found];
}

/** The script for a shell, to be sourced. Throws IS0024 for a shell that is not known. */
export function completionScript(shell: string): string {
  switch (shell) {
    case 'bash':
      return [
        '# source <(inferscope completion bash)',
        '_inferscope() {',
        "  local IFS=$'\\n'",
        '  COMPREPLY=($(inferscope __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))',
        '  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace',
        '}',
        'complete -o default -F _inferscope inferscope',
        '',
      ].join('\n');
    case 'zsh':
      return [
        '#compdef inferscope',
        '# source <(inferscope completion zsh)',
        '_inferscope() {',
        '  local -a found',
        '  found=("${(@f)$(inferscope __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")',
        '  compadd -S \'\' -- "${found[@]}" || _files',
        '}',
        'compdef _inferscope inferscope',
        '',
      ].join('\n');
    case 'fish':
      return [
        '# inferscope completion fish | source',
        "complete -c inferscope -a '(inferscope __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'",
        '',
      ].join('\n');
    default:
      throw new InferscopeProblem({
        code: 'IS0024',
        tried: `Make a completion script for ${JSON.stringify(shell)}`,
        found: 'there is none for that shell',
        todo: ['Name one of bash, zsh, fish'],
      });
  }
}
