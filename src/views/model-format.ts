/** What libraries print when a file is no model of their format. Text only. */
import type { RunLog } from './run-log.ts';

/** CPython pickle, zipfile, PyTorch, safetensors, ONNX Runtime, HDF5, gzip, XGBoost, LightGBM. */
export const UNREADABLE: readonly RegExp[] = [
  /UnpicklingError: .{0,200}/,
  /invalid load key, /,
  /EOFError: Ran out of input/,
  /PytorchStreamReader failed/,
  /BadZipFile: File is not a zip file/,
  /SafetensorError: Error while deserializing/,
  /InvalidProtobuf|INVALID_PROTOBUF|Protobuf parsing failed/,
  /Unable to (?:synchronously )?open file \((?:file signature not found|truncated file)/,
  /BadGzipFile|Not a gzipped file/,
];

/** The first byte of the pointer, `v` of `version`, is 118: what pickle's Python and C readers, and others, say of it. */
export const POINTER: readonly RegExp[] = [
  /version https:\/\/git-lfs\.github\.com/,
  /invalid load key, 'v'/,
  /KeyError: 118\b/,
];

export function isPointer(log: RunLog): boolean {
  const hit = log.ending(...POINTER);
  if (!hit) return false;
  // KeyError 118 is the Python reader of pickle; from elsewhere it would be a key of somebody's dictionary.
  if (!/KeyError: 118/.test(hit.text)) return true;
  return log.traceback?.frames.some((frame) => /(?:^|\/)pickle\.py$/.test(frame.file)) === true;
}
