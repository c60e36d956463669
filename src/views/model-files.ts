/**
 * Failures to find or read a model file, in the end of a failed run or standing in the log of a running container. Text only: whose fault it is
 * follows from `model-origin.ts`.
 */
import type { LogHit, RunLog } from './run-log.ts';
import type { Traceback } from './signals/index.ts';
import { MODEL_LOADED, standing } from './running-logs.ts';

const MODEL_WORD =
  /model|weights|checkpoint|tokenizer|\.(?:pkl|pickle|joblib|onnx|pt|pth|bin|safetensors|h5|hdf5|keras|gguf|pb|tflite|cbm|ubj|mar|skops)\b/i;

const MISSING_FILE: readonly RegExp[] = [
  /No such file or directory: '(?<path>[^']{1,400})'/,
  /(?:open|stat|read|load) (?<path>\/[^\s:]{1,400}): no such file or directory/,
  // GNU and busybox cp, mv, cat, ls, tar, ln.
  /^(?:\/\S{1,100}\/)?\w{1,20}: (?:cannot|can't) (?:stat|open|access|find) ['‘]?(?<path>\/[^\s'’:]{1,400})['’]?(?: for reading)?: No such file or directory/,
  /^(?:\/\S{1,100}\/)?(?:cat|ls|cp|mv|head|tail|md5sum|sha256sum): (?<path>\/[^\s:]{1,400}): No such file or directory/,
  /ENOENT: no such file or directory, \w{1,20} '(?<path>[^']{1,400})'/,
  /(?:NoSuchFileException|FileNotFoundException): (?<path>\/[^\s(]{1,400})/,
  /Could not find an "MLmodel" configuration file at "?(?<path>[^\s"]{1,400})/,
  /(?<path>\/[^\s']{1,400}) does not appear to have a file named/,
  /Repo id must be .{0,120}: '(?<path>\/[^']{1,400})'/,
  /(?:model|weights|checkpoint)[^\n]{0,60}?['"]?(?<path>\/[^\s'":,]{1,400})['"]? (?:does not exist|not found|is missing|cannot be found)/i,
  // Backends of Triton (onnxruntime_backend, pytorch_backend, tensorrt_backend `model_state.cc`); ONNX Runtime `core/session/inference_session.cc`.
  /unable to find '(?<path>[^']{1,400})' for model instance/,
  /Load model (?:from )?(?<path>\/\S{1,400}) failed\. ?File doesn't exist/,
  /SavedModel file does not exist at: (?<path>[^\s{]{1,400})/,
];

/** The model file whose absence ended the run. */
export function missingModelAtEnd(log: RunLog): LogHit | undefined {
  const hit = log.ending(...MISSING_FILE);
  return hit && MODEL_WORD.test(hit.text) ? hit : undefined;
}

const SERVES_WITHOUT: readonly RegExp[] = [
  /model(?: file| path| artifact)? ['"]?(?<path>\/[^\s'",;]{1,400})['"]? (?:does not exist|not found|is missing|cannot be found)/i,
  /failed to locate model file for model \S{1,200} under dir (?<path>\/[^\s,]{1,400})/,
  /(?:could not|cannot|failed to|unable to) (?:load|read|open|find) (?:the )?model[^\n]{0,120}No such file or directory: '(?<path>[^']{1,400})'/i,
  /(?:serving|starting|started|running|continuing) without (?:a |the |any )model\b/i,
];

/** A running server says that it has no model, and says nothing else since. */
export function missingModelWhileServing(log: RunLog): LogHit | undefined {
  return standing(log, MODEL_LOADED, ...SERVES_WITHOUT);
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
