/** What libraries print when a file is no model of their format. Text only. */
import type { ModelSource } from './model-origin.ts';
import type { LogHit, RunLog } from './run-log.ts';
import { loadHit } from './server-load.ts';

/** CPython pickle, joblib, zipfile, PyTorch, safetensors, ONNX Runtime, HDF5, gzip, XGBoost, LightGBM, CatBoost, Paddle, TensorFlow, ggml, JPMML. */
const UNREADABLE: readonly RegExp[] = [
  /UnpicklingError: (?!Weights only load failed).{0,200}/,
  /invalid load key, /,
  /EOFError: Ran out of input/,
  /pickle data was truncated/,
  // joblib `numpy_pickle.py` says so of everything that is not UTF-8 where text is due, Python 2 or not.
  /read with python 3 a joblib pickle generated with python 2/,
  /PytorchStreamReader failed/,
  /Invalid magic number; corrupt file/,
  /BadZipFile: File is not a zip file/,
  /SafetensorError: Error while deserializing/,
  /InvalidProtobuf|INVALID_PROTOBUF|Protobuf parsing failed|Can't parse \S{1,400} as (?:binary|text) proto/i,
  /Unable to (?:synchronously )?open file \((?:file signature not found|truncated file)/,
  /BadGzipFile|Not a gzipped file|Error -3 while decompressing data/,
  /DATA_LOSS|Data loss: /,
  // XGBoost `src/learner.cc`, `src/common/json.cc`; LightGBM `gbdt_model_text.cpp`, `boosting.cpp`; CatBoost `model.cpp`.
  /XGBoostError: .{0,300}(?:Unknown file format|[Ii]nvalid (?:serialisation|model)|[Ii]nput stream corrupted|Unexpected (?:character|EOF)|Unknown construct|Expecting: )/,
  /Unknown file format\b|Unable to open file or unknown (?:file )?format/,
  /Unknown model format or submodel type|Model file doesn't specify|Model format error|LightGBMError: .{0,80}[Mm]odel .{0,60}(?:format|corrupt)/,
  /Incorrect model file descriptor/,
  /\(InvalidArgument\).{0,200}(?:program|params|model).{0,120}(?:parse|deseriali[sz]e|corrupt)/i,
  /invalid magic (?:characters|number)|failed to load GGUF/i,
  /pmml.{0,300}(?:UnmarshalException|SAXParseException|InvalidMarkupException)/i,
];

/** The first byte of the pointer, `v` of `version`, is 118: what pickle's Python and C readers, and others, say of it. */
export const POINTER: readonly RegExp[] = [
  /version https:\/\/git-lfs\.github\.com/,
  /invalid load key, 'v'/,
  /KeyError: 118\b/,
];

/** pickle's Python reader, which joblib uses, looks its first byte up in a dictionary. */
const FIRST_BYTE = /KeyError: (?<byte>\d{1,3})$/;

/** The line in which a reader says that the file is none of its format. */
export function unreadableHit(log: RunLog): LogHit | undefined {
  const hit = loadHit(log, ...UNREADABLE);
  if (hit) return hit;
  return isPickleKey(log) ? log.ending(FIRST_BYTE) : undefined;
}

/** The first letter of a file that is none of the format, where the reader tells it: `<` of a web page, `{` of JSON. */
export function firstLetter(hit: LogHit): string | undefined {
  const byte = Number(hit.match.groups?.['byte'] ?? Number.NaN);
  if (byte > 32 && byte < 127) return String.fromCharCode(byte);
  return /invalid load key, '(?<key>[!-~])'/.exec(hit.text)?.groups?.['key'];
}

export function isPointer(log: RunLog): boolean {
  const hit = log.ending(...POINTER);
  if (!hit) return false;
  // KeyError 118 is the Python reader of pickle; from elsewhere it would be a key of somebody's dictionary.
  return !/KeyError: 118/.test(hit.text) || isPickleKey(log);
}

function isPickleKey(log: RunLog): boolean {
  return log.traceback?.frames.some((frame) => /(?:^|\/)pickle\.py$/.test(frame.file)) === true;
}

/** A pointer has 125 bytes and the digits of the model's size (Git LFS `docs/spec.md`); no model file is that small. */
export function pointerObject(source: ModelSource | undefined): ModelSource['objects'][number] | undefined {
  return source?.objects.find(
    ({ uri, bytes }) =>
      bytes !== undefined &&
      bytes >= 126 &&
      bytes <= 138 &&
      /\.(?:pkl|pickle|joblib|onnx|pt|pth|bin|safetensors|h5|hdf5|keras|gguf|pb|tflite|cbm|ubj|bst|mar|pdiparams|plan)$/i.test(
        uri,
      ),
  );
}
