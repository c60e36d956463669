/** The same mechanism in other languages' words yields the same signal and the same parts, and look-alikes yield none. */
import { describe, expect, it } from 'vitest';
import { signals } from './index.ts';

/** The named groups of the signal that hold text, or undefined when it does not match. */
function partsOf(id: string, line: string): Record<string, string> | undefined {
  const signal = signals.find((candidate) => candidate.id === id);
  if (signal === undefined) throw new Error(`no signal ${id}`);
  const folded = line.toLowerCase();
  const found = signal.literals.some((literal) => folded.includes(literal)) ? signal.regex.exec(line) : null;
  if (found === null) return undefined;
  return Object.fromEntries(Object.entries(found.groups ?? {}).filter(([, text]) => text !== undefined && text !== ''));
}

const found: readonly (readonly [string, string, Record<string, string>])[] = [
  ['worker-killed', '2026/03/01 11:58:03 [alert] 7#7: worker process 212 exited on signal 9', {}],
  ['connection-refused', 'dial tcp [::1]:8080: connect: connection refused', { host: '[::1]', port: '8080' }],
  ['connection-refused', 'Error: connect ECONNREFUSED 10.0.0.1:6379', { host: '10.0.0.1', port: '6379' }],
  ['connection-refused', 'Error 111 connecting to redis:6379. Connection refused.', { host: 'redis', port: '6379' }],
  [
    'connection-refused',
    'connection to server at "db" (10.1.1.1), port 5432 failed: Connection refused',
    { host: 'db', port: '5432' },
  ],
  [
    'connection-refused',
    "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 6379)",
    { host: '127.0.0.1', port: '6379' },
  ],
  ['name-not-resolved', 'java.net.UnknownHostException: kafka.prod', { host: 'kafka.prod' }],
  ['name-not-resolved', 'Error: getaddrinfo ENOTFOUND redis', { host: 'redis' }],
  ['name-not-resolved', 'curl: (6) Could not resolve host: artifacts', { host: 'artifacts' }],
  [
    'name-not-resolved',
    'Error -2 connecting to cache:6379. Name or service not known.',
    { host: 'cache', port: '6379' },
  ],
  ['address-in-use', 'listen tcp :8080: bind: address already in use', { port: '8080' }],
  ['address-in-use', 'Error: listen EADDRINUSE: address already in use :::3000', { port: '3000' }],
  ['address-in-use', "[ERROR] Connection in use: ('0.0.0.0', 8000)", { port: '8000' }],
  ['listening', '2024/01/01 listening on :8080', { port: '8080' }],
  ['listening', 'I0101 http_server.cc:3555] Started HTTPService at 0.0.0.0:8000', { host: '0.0.0.0', port: '8000' }],
  ['listening', "Tomcat started on port(s): 8080 (http) with context path ''", { port: '8080' }],
  ['file-not-found', "Error: ENOENT: no such file or directory, open '/app/x.json'", { path: '/app/x.json' }],
  ['file-not-found', 'java.io.FileNotFoundException: /x/y.txt (No such file or directory)', { path: '/x/y.txt' }],
  ['permission-denied', 'open /data/x: permission denied', { path: '/data/x' }],
  ['read-only-file-system', 'mkdir /app/x: read-only file system', { path: '/app/x' }],
  ['model-file-missing', 'Model path does not exist: /mnt/y', { path: '/mnt/y' }],
  ['model-file-missing', 'No model found in /mnt/models', { path: '/mnt/models' }],
  [
    'optional-dependency-disabled',
    'prometheus_client not installed, metrics disabled',
    { package: 'prometheus_client' },
  ],
  ['optional-dependency-disabled', "Drift detection disabled (No module named 'evidently')", { package: 'evidently' }],
  ['optional-dependency-disabled', 'Could not import shap: explanations will be unavailable', { package: 'shap' }],
  ['environment-variable-missing', '/entry.sh: line 3: HF_TOKEN: unbound variable', { name: 'HF_TOKEN' }],
  ['connecting-to', 'Connecting to redis://:secret@redis:6379/0', { host: 'redis', port: '6379' }],
  [
    'kserve-model-file-missing',
    'Failed to locate model file for model m under dir /mnt/models, trying to load from model repository.',
    { model: 'm', path: '/mnt/models' },
  ],
  [
    'kserve-model-file-missing',
    'failed to load model m from dir /mnt/models,trying to load from model repository.',
    { model: 'm', path: '/mnt/models' },
  ],
  ['kserve-several-model-files', 'Exception: More than one .pdiparams model file', {}],
  ['kserve-no-model-ready', 'kserve.errors.NoModelReady: Models with names a,b are not ready.', { models: 'a,b' }],
  [
    'autogluon-version-mismatch',
    'AssertionError: Predictor was created on version 0.8.2 but is being loaded with version 1.1.1. Please ensure',
    { saved: '0.8.2', installed: '1.1.1' },
  ],
  [
    'tensorflow-serving-no-version',
    'No versions of servable default found under base path gs://b/m',
    { model: 'default', path: 'gs://b/m' },
  ],
  [
    'triton-configuration-missing',
    "Poll failed for model directory 'm': Invalid model name: Could not determine backend for model 'm' with no backend in model configuration.",
    { model: 'm' },
  ],
  ['torchserve-load-failed', 'Backend worker startup time out.', { slow: 'Backend worker startup time out' }],
  ['openvino-no-version', 'No version found for model in path: /mnt/models/1', { path: '/mnt/models/1' }],
  ['cuda-out-of-memory', 'RuntimeError: CUDA error: out of memory', {}],
  ['cuda-out-of-memory', 'torch.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 GiB', { size: '2.00 GiB' }],
  ['shared-memory-exhausted', 'RuntimeError: unable to write to file </torch_77_1>: No space left on device (28)', {}],
];

const absent: readonly (readonly [string, string])[] = [
  ['optional-dependency-disabled', 'numba not available; JIT disabled, falling back to slower Python'],
  ['optional-dependency-disabled', 'CUDA not available, mixed precision disabled'],
  ['optional-dependency-disabled', 'config.yaml not found, caching disabled'],
  ['model-loaded', 'No model loaded'],
  ['model-loaded', 'Model loaded: False'],
  ['model-not-loaded', 'INFO model iris version 3 loaded'],
  ['connection-refused', 'dial tcp 10.0.0.1:5432: i/o timeout'],
  ['address-in-use', "[Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied"],
  ['download-not-found', 'INFO:     10.0.0.1:0 - "POST /v1/models/x:predict HTTP/1.1" 404 Not Found'],
  ['listening', 'starting at 2024-01-01'],
  ['environment-variable-missing', "KeyError: 'amount'"],
  ['kserve-no-model-ready', 'kserve.errors.ModelNotReady: Model with name m is not ready.'],
  ['triton-load-failed', "I0301 model_lifecycle.cc:694] successfully loaded 'm' version 1"],
  ['cuda-out-of-memory', 'OOM when allocating tensor with shape[1,2] on /job:localhost/device:CPU:0 by allocator cpu'],
];

describe('wordings of other languages and libraries', () => {
  it.each(found)('%s finds %s', (id, line, parts) => {
    expect(partsOf(id, line)).toEqual(parts);
  });

  it.each(absent)('%s leaves %s alone', (id, line) => {
    expect(partsOf(id, line)).toBeUndefined();
  });
});
