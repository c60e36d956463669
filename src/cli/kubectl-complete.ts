/**
 * `kubectl_complete-inferscope`: kubectl 1.26 and later runs it to complete `kubectl inferscope …`. It prints one candidate a line, then the
 * directive of cobra's completion protocol (kubernetes/kubectl pkg/cmd/plugin_completion.go).
 */
import { complete } from './completion.ts';

/** ShellCompDirectiveNoSpace: a kind is followed by a slash and a name. */
const NO_SPACE = 2;

const found = complete(process.argv.slice(2));
process.stdout.write(
  `${[...found, `:${found.some((candidate) => candidate.endsWith('/')) ? NO_SPACE : 0}`].join('\n')}\n`,
);
