/**
 * How the Azure ML inference server came to grief with the scoring script of a user: it is not there, it lacks a function, or it raised an
 * exception while it was imported or in init(). Reads the log of one run (azureml-inference-server-http `server/{aml_blueprint,user_script}.py`);
 * what raised the exception is for rules on tracebacks.
 */
import { listAt, textAt } from '../../model/json.ts';
import type { ContainerState } from '../pod-state.ts';
import type { LogHit, RunLog } from '../run-log.ts';
import type { Traceback } from '../signals/index.ts';

export type ScriptTrouble =
  | { readonly kind: 'unset'; readonly hit: LogHit }
  | { readonly kind: 'missing'; readonly hit: LogHit; readonly path: string }
  /** Neither a directory nor another kind of file can be imported. */
  | { readonly kind: 'unusable'; readonly hit: LogHit }
  /** The path is told by newer servers only. */
  | { readonly kind: 'function'; readonly hit: LogHit; readonly path?: string; readonly name: string }
  | {
      readonly kind: 'raises';
      readonly hit: LogHit;
      readonly stage: 'import' | 'init';
      readonly traceback?: Traceback;
    };

const UNSET = [
  /No score script found\. Expected score script main\.py/,
  /Either provide an entry_script using --entry_script/,
];
const FUNCTION = /User script at (?<path>\S{1,300}) does not have a (?<name>init|run)\(\) function defined/;
/** Before `azureml_inference_server_http` the images of Azure held a server that found it out as an attribute of the module. */
const ATTRIBUTE = /^module '[\w.]{1,100}' has no attribute '(?<name>init|run)'$/;
const OLD_SERVER = /\/(?:azureml-server|azureml-app)\/(?:aml_blueprint|main)\.py$/;
const INIT = /User's init function failed/;
const IMPORT = /Failed to import user script because it raised an unhandled exception/;
const NO_FILE = /^\[Errno (?:2|20)\][^\n]{0,60}: '(?<path>[^'\n]{1,400})'/;

/** Undefined where the log is not that of this server, or tells of no such trouble. */
export function scriptTrouble(log: RunLog): ScriptTrouble | undefined {
  const unset = log.ending(...UNSET);
  if (unset !== undefined) return { kind: 'unset', hit: unset };
  const missing = log.ending(FUNCTION);
  const { path, name } = missing?.match.groups ?? {};
  if (missing !== undefined && path !== undefined && name !== undefined)
    return { kind: 'function', hit: missing, path, name };
  const { traceback } = log;
  const attribute = traceback?.exception === 'AttributeError' ? ATTRIBUTE.exec(traceback.message) : null;
  const lacking = attribute?.groups?.['name'];
  const innermost = traceback?.frames.at(-1);
  if (lacking !== undefined && innermost !== undefined && OLD_SERVER.test(innermost.file)) {
    const hit = log.before(traceback?.messageLine ?? 0, 0, /./);
    if (hit !== undefined) return { kind: 'function', hit, name: lacking };
  }
  const stage = stageOf(traceback);
  const said = log.ending(...(stage === 'init' ? [INIT] : stage === 'import' ? [IMPORT] : [INIT, IMPORT]));
  const found =
    said ?? (traceback === undefined || stage === undefined ? undefined : log.before(traceback.messageLine, 0, /./));
  if (found === undefined) return undefined;
  if (stage === 'import' && traceback !== undefined && traceback.userFrame === undefined) {
    const at = log.before(traceback.messageLine, 0, /./) ?? found;
    const absent = traceback.exception === 'FileNotFoundError' || traceback.exception === 'NotADirectoryError';
    const file = absent ? NO_FILE.exec(traceback.message)?.groups?.['path'] : undefined;
    if (file !== undefined) return { kind: 'missing', hit: at, path: file };
    // importlib has no loader for it: spec_from_file_location returned None.
    if (/has no attribute 'loader'/.test(traceback.message)) return { kind: 'unusable', hit: at };
  }
  return {
    kind: 'raises',
    hit: found,
    stage: stage ?? (IMPORT.test(found.text) ? 'import' : 'init'),
    ...(traceback === undefined ? {} : { traceback }),
  };
}

/** By the functions of the server that the exception passed through (`UserScript.load_script`, `UserScript.invoke_init`). */
function stageOf(traceback: Traceback | undefined): 'import' | 'init' | undefined {
  const own = traceback?.frames.filter(({ file }) => /\/azureml_inference_server_http\/server\//.test(file)) ?? [];
  if (own.some(({ function: name }) => name === 'invoke_init')) return 'init';
  return own.some(({ function: name }) => name === 'load_script') ? 'import' : undefined;
}

/** The path that the server was told: by its own start-up lines, else by the variable of the Azure images. */
export function scriptPath(log: RunLog, container: ContainerState): string | undefined {
  const said = log.last(/^Entry Script Name: (?<path>\/\S{1,300})/)?.match.groups?.['path'];
  if (said !== undefined) return said;
  const variable = listAt(container.spec, 'env').find((entry) => textAt(entry, 'name') === 'AZUREML_ENTRY_SCRIPT');
  return textAt(variable, 'value');
}
