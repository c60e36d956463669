/**
 * Signals of KServe's own model servers and of its SDK for custom ones: what they say when a model does not load. Data only. Texts: kserve
 * `python/{sklearnserver,xgbserver,lgbserver,predictiveserver,paddleserver,pmmlserver,huggingfaceserver}`, `python/kserve/kserve/model_server.py`
 * (the same in kfserving 0.4 to 0.6); autogluon `common/utils/utils.py`.
 */
import type { Signal } from '../signal.ts';

export const kserveServerSignals: readonly Signal[] = [
  {
    id: 'kserve-several-model-files',
    component: 'kserve',
    literals: ['more than one'],
    regex:
      /More than one (?:model file is detected|'?\.?\w{1,12}'? model file)(?:.{0,80}?(?:model_dir|dir(?:ectory)?):? (?<files>\S.{0,999}))?/i,
    sample:
      "RuntimeError: More than one model file is detected, Only one is allowed within model_dir: [PosixPath('/mnt/models/a.joblib'), PosixPath('/mnt/models/b.pkl')]",
    meaning: 'the directory of the model holds several model files, of which the server takes one alone',
    fix: 'Leave one model file in the directory.',
    severity: 'fatal',
  },
  {
    id: 'kserve-model-file-missing',
    component: 'kserve',
    literals: ['model repository'],
    regex:
      /failed to (?:locate model file for|load) model (?<model>\S{1,200}) (?:under|from) dir (?<path>\/[^\s,]{1,400}), ?trying (?:to load|loading) from model repository/i,
    sample: 'failed to locate model file for model churn under dir /mnt/models,trying loading from model repository.',
    meaning: 'the directory holds no file with an ending that the server looks for, and it starts without a model',
    fix: 'Put the model file into the directory, with the ending that the server looks for.',
    severity: 'failing',
  },
  {
    id: 'paddle-model-file-missing',
    component: 'kserve',
    literals: ['missing'],
    regex: /Missing (?:model file with extension '?(?<ending>\.\w{1,12})'?|'?(?<other>\.\w{1,12})'? model file)/,
    sample: "Exception: Missing model file with extension '.pdmodel' or '.json'",
    meaning: 'the directory holds no file with the ending that the server looks for',
    fix: 'Put the model file into the directory, with the ending that the server looks for.',
    severity: 'fatal',
  },
  {
    id: 'kserve-no-model-ready',
    component: 'kserve',
    literals: ['nomodelready'],
    regex: /NoModelReady: (?:Models? with names? (?<models>\S.{0,200}?) (?:is|are) not ready|(?<detail>\S.{0,200}))/,
    sample: 'kserve.errors.NoModelReady: Model with name churn is not ready.',
    meaning: 'the program starts its server before any of its models is ready',
    fix: 'Call load() before the server starts, and let it set ready to True.',
    severity: 'fatal',
  },
  {
    id: 'kserve-model-refused',
    component: 'kserve',
    literals: ['model type should be', 'failed to register model', 'unknown model collection type'],
    regex:
      /Model type should be '?(?<type>\w{1,80})|Failed to register model, model\.name must be provided|Unknown model collection types?/,
    sample: "RuntimeError: Model type should be 'BaseKServeModel'",
    meaning: 'the program hands the server something else than named models',
    fix: 'Hand objects of a class derived from kserve.Model, each with a name, to ModelServer().start().',
    severity: 'fatal',
  },
  {
    id: 'kserve-start-failed',
    component: 'kserve',
    literals: ['failed to start model server'],
    regex: /Failed to start model server: (?<detail>\S.{0,300})/,
    sample: "Failed to start model server: Task couldn't be inferred from LlamaModel.",
    meaning: 'the server stopped with the error that it names',
    fix: 'Mend the error that the line names.',
    severity: 'fatal',
  },
  {
    id: 'kserve-workers-refused',
    component: 'kserve',
    literals: ['workers cannot be greater than'],
    regex: /Workers cannot be greater than (?<most>\d{1,3})/,
    sample: 'Workers cannot be greater than 1',
    meaning: 'this server runs one worker alone and was told to run more',
    fix: 'Set --workers=1, and scale by replicas.',
    severity: 'fatal',
  },
  {
    id: 'hugging-face-server-no-model',
    component: 'huggingfaceserver',
    literals: ['model_id or model_dir'],
    regex: /You must provide a model_id or (?:a )?model_dir/,
    sample: 'ValueError: You must provide a model_id or model_dir',
    meaning: 'the server is told neither a model of the Hub nor a directory',
    fix: 'Set --model_id to a model of the Hub, or storageUri so that the model lies at /mnt/models.',
    severity: 'fatal',
  },
  {
    id: 'hugging-face-server-backend-missing',
    component: 'huggingfaceserver',
    literals: ['but vllm is not'],
    regex: /[Bb]ackend is set to '?(?<backend>\w{1,40})'? but vLLM is not (?:available|installed|supported)/,
    sample: "RuntimeError: Backend is set to 'vllm' but vLLM is not available",
    meaning: 'the server is told to use vLLM, which this image does not have',
    fix: 'Set --backend=huggingface or leave it at auto, or use the image for GPUs.',
    severity: 'fatal',
  },
  {
    id: 'hugging-face-server-task-unsupported',
    component: 'huggingfaceserver',
    literals: ['unsupported task', 'be inferred from', 'manually set', 'task is not supported'],
    regex:
      /Unsupported task: ?(?<task>\S{1,80})\. Currently supported tasks|[Tt]ask couldn'?t be inferred from (?<architecture>\S{1,160})|[Tt]ask (?<named>\S{1,80}) is not supported for/,
    sample: "ValueError: Task couldn't be inferred from LlamaModel. Please manually set 'task' option.",
    meaning: 'the server does not know what to do with the model: its task is unknown or not one that it serves',
    fix: 'Set --task to one of the tasks that the server names.',
    severity: 'fatal',
  },
  {
    id: 'autogluon-version-mismatch',
    component: 'autogluon',
    literals: ['predictor was saved with', 'predictor was created on version'],
    regex:
      /[Pp]redictor was (?:saved with|created on) (?:version )?(?<saved>[\w.+-]{1,40}?),? (?:installed version is|but is being loaded with version) (?<installed>[\w.+-]{0,39}\w)/,
    sample:
      'AssertionError: AutoGluon major or minor version mismatch prevents loading: predictor was saved with 1.1.1, installed version is 1.4.0.',
    meaning: 'the predictor was saved with another version of AutoGluon than the one that reads it',
    fix: 'Install the version that saved the predictor, or save it again with the served version.',
    severity: 'fatal',
  },
];
