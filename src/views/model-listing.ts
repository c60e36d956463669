/**
 * What the Azure ML inference server lists of AZUREML_MODEL_DIR when init() fails: `Model Directory Contents:`, then one line a name, four blanks
 * deeper for each directory (azureml-inference-server-http `server/aml_blueprint.py`). Says where a file is that was looked for elsewhere; whether
 * it is the right one it does not judge.
 */
import type { Citation } from '../model/evidence.ts';
import type { RunLog } from './run-log.ts';

export interface ListedModel {
  /** Relative to the directory of the model: `credit-model/model.pkl`. */
  readonly path: string;
  readonly cite: Citation;
}

const HEAD = /azmlinfsrv - Model Directory Contents:\s*$/;
const ENTRY = /azmlinfsrv - (?<indent> {0,400})(?<name>[^\s/][^/]{0,255}?)(?<slash>\/?)\s*$/;
const MOST_LINES = 500;

/** The only listed file of that name, or below a directory the only file at all; undefined where there is none or a choice. */
export function listedModel(log: RunLog, wanted: string, isDirectory: boolean): ListedModel | undefined {
  const head = log.lines.findLastIndex((line) => HEAD.test(line.slice(0, 500)));
  if (head < 0) return undefined;
  const name = wanted.split('/').findLast((part) => part !== '');
  const parents: string[] = [];
  const found: ListedModel[] = [];
  for (const [index, line] of log.lines.slice(head + 1, head + 1 + MOST_LINES).entries()) {
    const entry = ENTRY.exec(line.slice(0, 1000))?.groups;
    if (entry?.['name'] === undefined) break;
    const depth = Math.floor((entry['indent'] ?? '').length / 4);
    parents.length = Math.min(depth, parents.length);
    if (entry['slash'] === '/') {
      parents.push(entry['name']);
      continue;
    }
    if (!isDirectory && entry['name'] !== name) continue;
    // The first directory is the one that AZUREML_MODEL_DIR names.
    const path = [...parents.slice(1), entry['name']].join('/');
    found.push({ path, cite: log.cite('what the directory of the model holds', head + 1, head + 2 + index) });
  }
  return found.length === 1 ? found[0] : undefined;
}
