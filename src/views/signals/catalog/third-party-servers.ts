/**
 * Signals of model servers that look for a certain layout of the model's directory, or cannot load what they find in it. Data only. Texts:
 * TensorFlow Serving `file_system_storage_path_source.cc`, `load_servables_fast.cc`, `main.cc`; Triton core `model_repository_manager.cc`,
 * `model_config_utils.cc`, `model_lifecycle.cc`, `backend_manager.cc`, server `main.cc`; TorchServe `model_server.py`, `ModelArchive.java`,
 * `BatchAggregator.java`, `WorkerLifeCycle.java`; MLServer `registry.py`, `errors.py`; OpenVINO model server `modelmanager.cpp`; ONNX Runtime
 * `core/graph/model.cc`; TensorRT `rt/coreReadArchive.cpp`.
 */
import type { Signal } from '../signal.ts';

export const thirdPartyServerSignals: readonly Signal[] = [
  {
    id: 'tensorflow-serving-no-version',
    component: 'TensorFlow Serving',
    literals: ['no versions of servable'],
    regex: /No versions of servable (?<model>\S{1,200}) found under base path (?<path>[^\s.](?:[^\s]{0,398}[^\s.])?)/,
    sample:
      "No versions of servable flowers found under base path /mnt/models. Did you forget to name your leaf directory as a number (eg. '/1/')?",
    meaning:
      'no directory under the base path is named by a version number, and the server waits without opening its port',
    fix: 'Put the SavedModel into a directory named by a number, such as 1, below the base path.',
    severity: 'fatal',
  },
  {
    id: 'tensorflow-serving-load-failed',
    component: 'TensorFlow Serving',
    literals: ['did not become available'],
    regex:
      /servable\(s\) did not become available: \{+name: (?<model>[^\s}]{1,200}) version: (?<version>\d{1,20})\}? ?(?:due to error: )?(?<detail>.{0,400})/,
    sample:
      'Failed to start server. Error: Unknown: 1 servable(s) did not become available: {{name: flowers version: 1} due to error: Invalid argument: Could not find meta graph def matching supplied tags: { serve }}',
    meaning: 'the model cannot be loaded, for the reason that the line names',
    fix: 'Mend what the line names, and save the model again with the version that serves it.',
    severity: 'fatal',
  },
  {
    id: 'triton-configuration-missing',
    component: 'Triton',
    literals: ['failed to open text file for read', 'could not determine backend for model'],
    regex:
      /Poll failed for model directory '(?<model>[^']{1,200})': (?:failed to open text file for read (?<path>\S{1,400}config\.pbtxt)|.{0,120}Could not determine backend for model)/,
    sample:
      "Poll failed for model directory 'flowers': failed to open text file for read /mnt/models/flowers/config.pbtxt: No such file or directory",
    meaning: 'the directory has no config.pbtxt, and its files do not tell the backend either',
    fix: 'Put MODEL/config.pbtxt and MODEL/1/model.FORMAT below the model repository.',
    severity: 'fatal',
  },
  {
    id: 'triton-no-version',
    component: 'Triton',
    literals: ['under the version policy'],
    regex: /at least one version must be available under the version policy of model '(?<model>[^']{1,200})'/,
    sample: "at least one version must be available under the version policy of model 'flowers'",
    meaning: 'the directory of the model has no version that its version policy takes',
    fix: 'Put the model into a directory named by a number, such as 1, below the directory of the model.',
    severity: 'fatal',
  },
  {
    id: 'triton-configuration-invalid',
    component: 'Triton',
    literals: [
      "unexpected 'platform' and 'backend' pair",
      'failed to read text proto',
      'error parsing text-format',
      'model configuration specifies',
      'model configuration specified',
      'unexpected datatype',
      'unexpected inference input',
      'unexpected inference output',
      'unexpected input',
      'must specify',
      'unexpected shape for',
    ],
    regex:
      /(?<words>unexpected 'platform' and 'backend' pair.{0,200}|failed to read text proto from \S{1,400}|Error parsing text-format inference\.ModelConfig.{0,200}|model '?\S{1,200}'?,? .{0,200}model configuration specifie[sd].{0,200}|unexpected (?:datatype|shape) .{0,100}(?:inference|input|output|tensor).{0,200}|unexpected (?:inference )?(?:input|output) '.{0,200}|must specify (?:'platform'|'backend'|platform).{0,200})/,
    sample:
      "Poll failed for model directory 'flowers': unexpected 'platform' and 'backend' pair, got:onnxruntime_onnx, pytorch",
    meaning: 'config.pbtxt does not fit the model or cannot be read',
    fix: 'Correct config.pbtxt, or leave out what Triton can complete by itself.',
    severity: 'fatal',
  },
  {
    id: 'triton-backend-missing',
    component: 'Triton',
    literals: ['unable to find'],
    regex:
      /unable to find (?:backend library for backend '(?<backend>[^']{1,100})'|'?lib(?:triton_)?(?<library>[\w.+-]{1,100}?)(?:\.so)?'?.{0,80} (?:for|in) )/,
    sample:
      "Invalid argument: unable to find backend library for backend 'fil', try specifying runtime on the model configuration.",
    meaning: 'this image of Triton has no such backend',
    fix: 'Use an image of Triton that has the backend, or name another backend in config.pbtxt.',
    severity: 'fatal',
  },
  {
    id: 'triton-no-gpu',
    component: 'Triton',
    literals: ['kind_gpu but no gpus', 'unsupported gpu id'],
    regex: /has kind KIND_GPU but no GPUs are available|specifies invalid or unsupported gpu id/,
    sample: 'Invalid argument: instance group flowers_0 of model flowers has kind KIND_GPU but no GPUs are available',
    meaning: 'config.pbtxt asks for a GPU and the container sees none',
    fix: 'Request nvidia.com/gpu in the limits of the container, or set KIND_CPU in config.pbtxt.',
    severity: 'fatal',
  },
  {
    id: 'triton-load-failed',
    component: 'Triton',
    literals: ['poll failed for model directory', 'failed to load'],
    regex:
      /(?:Poll failed for model directory '(?<directory>[^']{1,200})'|failed to load '(?<model>[^']{1,200})' version \d{1,20}): (?<detail>\S.{0,400})/,
    sample: "failed to load 'flowers' version 1: Internal: failed to stat file /mnt/models/flowers/1/model.onnx",
    meaning: 'the model cannot be loaded, for the reason that the line names',
    fix: 'Mend what the line names.',
    severity: 'fatal',
  },
  {
    id: 'torchserve-settings-missing',
    component: 'TorchServe',
    literals: ['ts-config file not found', 'model-store directory not found'],
    regex: /--(?:ts-config file|model-store directory) not found: (?<path>\/\S{1,400})/,
    sample: '--ts-config file not found: /mnt/models/config/config.properties',
    meaning: 'the directory of the model lacks config/config.properties or model-store',
    fix: 'Put config/config.properties and model-store/MODEL.mar below the directory of the model.',
    severity: 'fatal',
  },
  {
    id: 'torchserve-archive-missing',
    component: 'TorchServe',
    literals: ['modelnotfoundexception', 'model not found'],
    regex: /ModelNotFoundException: Model not found (?:at: |in model store: ?)(?<file>\S{1,400})/,
    sample: 'org.pytorch.serve.archive.model.ModelNotFoundException: Model not found at: flowers.mar',
    meaning: 'config.properties names an archive that the model store does not hold',
    fix: 'Put the archive into model-store, under the name that model_snapshot in config.properties has.',
    severity: 'fatal',
  },
  {
    id: 'torchserve-load-failed',
    component: 'TorchServe',
    literals: ['load model failed', 'startup time out', 'backend worker did not respond', 'failed loading model'],
    regex:
      /Load model failed: (?<model>\S{1,200}), error: (?<detail>.{1,200})|(?<slow>Backend worker (?:startup time ?out|did not respond in given time))|Failed loading model (?<named>\S{1,200})/,
    sample: 'Load model failed: flowers, error: Worker died.',
    meaning: 'the worker that loads the model ends or does not answer',
    fix: 'Mend the error that the worker printed above this line.',
    severity: 'fatal',
  },
  {
    id: 'mlserver-load-failed',
    component: 'MLServer',
    literals: ["couldn't load model"],
    regex: /Couldn't load model '(?<model>[^']{1,200})'/,
    sample: "[mlserver] ERROR - Couldn't load model 'flowers'. Model will be removed from registry.",
    meaning: 'the model cannot be loaded, for the reason that is printed beside',
    fix: 'Mend the exception printed with this line.',
    severity: 'fatal',
  },
  {
    id: 'mlserver-uri-invalid',
    component: 'MLServer',
    literals: ['invalid uri specified for model'],
    regex: /Invalid URI specified for model (?<model>\S{1,200}) \((?<path>[^)]{1,400})\)/,
    sample: 'mlserver.errors.InvalidModelURI: Invalid URI specified for model flowers (/mnt/models/model.joblib)',
    meaning: 'there is no model at the place that model-settings.json names',
    fix: 'Correct parameters.uri in model-settings.json, or put the model there.',
    severity: 'fatal',
  },
  {
    id: 'openvino-no-version',
    component: 'OpenVINO model server',
    literals: ['find any versions in path', 'no version found for model in path', 'could not find file for model'],
    regex:
      /(?:Couldn't find any versions in path|No version found for model in path|Could not find file for model.{0,200} in path): ?(?<path>\/[^\s,]{1,400})/,
    sample: "Couldn't find any versions in path: /mnt/models",
    meaning: 'no directory below the path is named by a version number and holds a model',
    fix: 'Put the model into a directory named by a number, such as 1, below the path.',
    severity: 'fatal',
  },
  {
    id: 'openvino-load-failed',
    component: 'OpenVINO model server',
    literals: ['error while loading a model', 'error occurred while loading model'],
    regex:
      /(?:Error while loading a model|Error occurred while loading model): ?(?<model>[^\s;]{1,200})(?<detail>.{0,300})/,
    sample: 'Error while loading a model: flowers',
    meaning: 'the model cannot be loaded',
    fix: 'Mend what the lines around this one name.',
    severity: 'fatal',
  },
  {
    id: 'onnx-version-unsupported',
    component: 'ONNX Runtime',
    literals: ['unsupported model ir version', 'official released onnx opset', 'unsupported onnx opset'],
    regex:
      /Unsupported model IR version: (?<saved>\d{1,4}), max supported IR version: (?<most>\d{1,4})|only \*?guarantees\*? support for models stamped with official released onnx opset versions\. Opset (?<opset>\d{1,4})|[Uu]nsupported ONNX opset version: ?(?<other>\d{1,4})/,
    sample:
      '[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Load model from /mnt/models/model.onnx failed: Unsupported model IR version: 10, max supported IR version: 9',
    meaning: 'the model was exported for a newer ONNX than the installed ONNX Runtime reads',
    fix: 'Install a newer ONNX Runtime, or export the model with an older opset.',
    severity: 'fatal',
  },
  {
    id: 'tensorrt-plan-incompatible',
    component: 'TensorRT',
    literals: ['version tag does not match', 'engine plan file', 'serialized engine version', 'stdversionread == '],
    regex:
      /Version tag does not match|engine plan file is (?:not compatible|generated on an incompatible device).{0,160}|Current Version: (?<installed>\d{1,10}), Serialized Engine Version: (?<saved>\d{1,10})|stdVersionRead == \w{0,40}[Vv]ersion/,
    sample:
      'The engine plan file is generated on an incompatible device, expecting compute 8.6 got compute 7.5, please rebuild.',
    meaning: 'the engine was built by another version of TensorRT or for another GPU',
    fix: 'Build the engine again with the served version of TensorRT and on the GPU that serves it.',
    severity: 'fatal',
  },
  {
    id: 'tensorflow-operation-missing',
    component: 'TensorFlow',
    literals: ['op type not registered'],
    regex: /Op type not registered '(?<name>\w{1,100})'/,
    sample: "Not found: Op type not registered 'DecodeProtoSparseV4' in binary running on flowers.",
    meaning: 'the model uses an operation that the serving TensorFlow does not have',
    fix: 'Serve the model with a version of TensorFlow that has the operation.',
    severity: 'fatal',
  },
  {
    id: 'xgboost-version-mismatch',
    component: 'XGBoost',
    literals: [
      'generated by an older version of xgboost',
      'serialisation_header_',
      'binary format has been removed',
      'binary model format',
    ],
    regex:
      /configuration generated by an older version of XGBoost|Check failed: header == serialisation_header_|[Bb]inary (?:model )?format (?:has been|was|is) (?:removed|no longer)/,
    sample:
      'If you are loading a serialized model (like pickle in Python, RDS in R) or configuration generated by an older version of XGBoost, please export the model by calling',
    meaning: 'the model was saved by another version of XGBoost, in a form that changes between versions',
    fix: 'Save the model with save_model() as JSON or UBJSON in the version that trained it.',
    severity: 'fatal',
  },
];
