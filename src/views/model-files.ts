/**
 * Failures to find or read a model file, in the end of a failed run or standing in the log of a running container. Text only: whose fault it is
 * follows from `model-origin.ts`.
 */
import type { Citation } from '../model/evidence.ts';
import type { RunLog } from './run-log.ts';
import { citeEnding, citeException } from './run-trace.ts';
import { MODEL_LOADED, standing } from './running-logs.ts';
import { loadHit, standingSignal } from './server-load.ts';
import type { Traceback } from './signals/index.ts';

const MODEL_WORD =
  /model|weights|checkpoint|tokenizer|servable|\.(?:pkl|pickle|joblib|onnx|pt|pth|bin|safetensors|h5|hdf5|keras|gguf|pb|tflite|cbm|ubj|mar|skops)\b/i;

/** Python: what is there under the name of the file is a directory that holds it. */
const IS_DIRECTORY = /IsADirectoryError: \[Errno 21\] Is a directory: '(?<path>[^']{1,400})'/;

const MISSING_FILE: readonly RegExp[] = [
  /No such file or directory: '(?<path>[^']{1,400})'/,
  IS_DIRECTORY,
  /(?:open|stat|read|load) (?<path>\/[^\s:]{1,400}): no such file or directory/,
  // GNU and busybox cp, mv, cat, ls, tar, ln.
  /^(?:\/\S{1,100}\/)?\w{1,20}: (?:cannot|can't) (?:stat|open|access|find) ['‘]?(?<path>\/[^\s'’:]{1,400})['’]?(?: for reading)?: No such file or directory/,
  /^(?:\/\S{1,100}\/)?(?:cat|ls|cp|mv|head|tail|md5sum|sha256sum): (?<path>\/[^\s:]{1,400}): No such file or directory/,
  /ENOENT: no such file or directory, \w{1,20} '(?<path>[^']{1,400})'/,
  /(?:NoSuchFileException|FileNotFoundException): (?<path>\/[^\s(]{1,400})/,
  /Could not find an "MLmodel" configuration file at "?(?<path>[^\s"]{1,400})/,
  /(?<path>\/[^\s']{1,400}) does not appear to have a file named/,
  /Repo id must be .{0,120}: '(?<path>\/[^']{1,400})'/,
  // A word within a path is no word for what the path leads to.
  /(?<!\/\S{0,100})(?:model|weights|checkpoint)[^\n]{0,60}?['"]?(?<path>\/[^\s'":,]{1,400})['"]? (?:does not exist|not found|is missing|cannot be found)/i,
  // Backends of Triton (onnxruntime_backend, pytorch_backend, tensorrt_backend `model_state.cc`); ONNX Runtime `core/session/inference_session.cc`.
  /unable to find '(?<path>[^']{1,400})' for model instance/,
  /Load model (?:from )?(?<path>\/\S{1,400}) failed\. ?File doesn't exist/,
  /SavedModel file does not exist at: (?<path>[^\s{]{1,400})/,
  /Could not find SavedModel .{1,40} at supplied export directory path: (?<path>\/[^\s{}]{1,400})/,
  // TensorFlow Serving `file_system_storage_path_source.cc`; Triton core `filesystem/implementations/local.h`.
  /Could not find base path (?<path>\/\S{1,400}) for servable/,
  /failed to stat file (?<path>\/\S{1,400})/,
  // transformers `modeling_utils.py`, `tokenization_utils_base.py`; vLLM `default_loader.py`.
  /no file named .{1,400} found in directory (?<path>\/[^\s.]{1,400})/,
  /Can't load (?:\w{1,30} ){1,3}for '(?<path>\/[^']{1,400})'/,
  /Cannot find any model weights with [`'"]?(?<path>\/[^`'"\s]{1,400})/,
  // XGBoost `src/common/io.cc`, dmlc `local_filesys.cc`; LightGBM `src/boosting/gbdt_model_text.cpp`; Paddle `analysis_predictor.cc`.
  /Opening (?<path>\/\S{1,400}) failed: No such file or directory/,
  /LocalFileSystem::Open "(?<path>\/[^"]{1,400})": No such file or directory/,
  /(?:Could not|Cannot) open (?:file )?(?<path>\/[^\s,]{1,400})/,
];

export interface MissingModel {
  /** What was looked for, where the log says it. */
  readonly path?: string;
  /** A directory lies there in place of a file. */
  readonly isDirectory?: true;
  readonly cite: Citation;
}

/** Servers that name the kind of file alone. */
const MISSING_SIGNALS: ReadonlySet<string> = new Set(['paddle-model-file-missing', 'mlserver-uri-invalid']);

/** The model file whose absence ended the run. */
export function missingModelAtEnd(log: RunLog): MissingModel | undefined {
  const hit = loadHit(log, ...MISSING_FILE);
  const named = hit?.match.groups?.['path'];
  if (hit && named !== undefined && MODEL_WORD.test(hit.text))
    return { path: named, ...(IS_DIRECTORY.test(hit.text) ? { isDirectory: true } : {}), cite: citeEnding(log, hit) };
  const { traceback } = log;
  if (traceback && isMissingError(traceback)) {
    // kserve `errors.py`: of some servers the exception gives a Path where Python wants text, and prints no path at all.
    return missing(/^(\/\S{1,400})/.exec(traceback.message)?.[1], citeException(log, traceback));
  }
  const signal = standingSignal(log, MISSING_SIGNALS);
  return signal && missing(signal.match.groups['path'], signal.cite);
}

function missing(path: string | undefined, cite: Citation): MissingModel {
  return { cite, ...(path?.startsWith('/') === true ? { path } : {}) };
}

/** kserve `errors.py`; kfserving 0.4 sklearnserver `model.py`, which takes the first of the paths that exists. */
function isMissingError(traceback: Traceback): boolean {
  if (/(?:^|\.)ModelMissingError$/.test(traceback.exception)) return true;
  return (
    traceback.exception === 'StopIteration' &&
    traceback.frames.some((frame) => /next\(.{1,60} if os\.path\.exists\(/.test(frame.code ?? ''))
  );
}

const SERVES_WITHOUT: readonly RegExp[] = [
  /model(?: file| path| artifact)? ['"]?(?<path>\/[^\s'",;]{1,400})['"]? (?:does not exist|not found|is missing|cannot be found)/i,
  /failed to (?:locate model file for|load) model \S{1,200} (?:under|from) dir (?<path>\/[^\s,]{1,400}), ?trying/i,
  /(?:could not|cannot|failed to|unable to) (?:load|read|open|find) (?:the )?model[^\n]{0,120}No such file or directory: '(?<path>[^']{1,400})'/i,
  /(?:serving|starting|started|running|continuing) without (?:a |the |any )model\b/i,
];

/** A running server says that it has no model, and says nothing else since. */
export function missingModelWhileServing(log: RunLog): MissingModel | undefined {
  const hit = standing(log, MODEL_LOADED, ...SERVES_WITHOUT);
  return hit && missing(hit.match.groups?.['path'], hit.cite);
}

/** Whether the traceback passes through something that reads a model. */
export function readsModel(traceback: Traceback): boolean {
  return traceback.frames.some(
    (frame) =>
      /(?:^|\/)(?:_?pickle|cloudpickle|dill)\.py$|\/joblib\/|\/skops\/|torch\/serialization|keras\/.*sav|\/mlflow\/|onnxruntime/.test(
        frame.file,
      ) ||
      /\b(?:pickle|joblib|cloudpickle|dill|torch|keras|skops|mlflow)\b[\w.]{0,60}load|\bload_model\(|\.from_pretrained\(|InferenceSession\(/.test(
        frame.code ?? '',
      ),
  );
}

export interface MissingCode {
  readonly kind: 'module' | 'class';
  readonly name: string;
  /** For a class: the module that should have it. */
  readonly module?: string;
}

/** Libraries that move their classes from version to version: what a pickle misses in one that is installed is a matter of versions. */
const LIBRARY =
  /^(?:sklearn|numpy|scipy|pandas|torch\w*|tensorflow|keras|xgboost|lightgbm|catboost|transformers|joblib|cloudpickle|dill|statsmodels|category_encoders|imblearn|skops|mlflow|_loss|_gpu_predictor|evidently|autogluon|spacy|gensim|prophet|pyarrow|onnxruntime)(?:\.|$)/;

/**
 * Code that a pickle of a model needs and the server does not have: a module that is not installed, or a class of the script that trained the model. What
 * only moved within an installed library is none of it.
 */
export function missingModelCode(traceback: Traceback): MissingCode | undefined {
  if (!readsModel(traceback)) return undefined;
  const module = /^No module named '(?<name>[\w.]{1,200})'/.exec(traceback.message)?.groups?.['name'];
  if (module !== undefined && /^(?:ModuleNotFoundError|ImportError)$/.test(traceback.exception)) {
    // With a dot, the package itself is there and lacks the part; `_loss` is a part of scikit-learn that was once at the top.
    const isMoved = LIBRARY.test(module) && (module.includes('.') || module.startsWith('_'));
    return isMoved ? undefined : { kind: 'module', name: module };
  }
  const missing =
    /^Can't get attribute '(?<name>[^']{1,200})' on <module '(?<module>[^']{1,200})'(?: from '(?<file>[^']{1,400})')?/.exec(
      traceback.message,
    )?.groups;
  const { name, module: holder, file = '' } = missing ?? {};
  if (name === undefined || holder === undefined || traceback.exception !== 'AttributeError') return undefined;
  if (LIBRARY.test(holder) || /(?:site|dist)-packages/.test(file)) return undefined;
  return { kind: 'class', name, module: holder };
}
