/**
 * Signals of work that silently does not run while the process lives: dead background tasks, functions switched off for a
 * missing package, servers without a model. Data only. Texts: CPython `Lib/asyncio`, kserve `errors.py`, mlserver
 * `registry.py`, Triton `model_repository_manager`, TensorFlow Serving `file_system_storage_path_source.cc`, TorchServe
 * `WorkLoadManager`; the rest are the wordings that services of their own use.
 */
import type { Signal } from '../signal.ts';

export const backgroundSignals: readonly Signal[] = [
  {
    id: 'asyncio-task-exception',
    component: 'python',
    literals: ['exception was never retrieved', 'unhandled exception during asyncio'],
    regex: /(?:Task|Future) exception was never retrieved|unhandled exception during asyncio\.run\(\) shutdown/,
    sample: 'Task exception was never retrieved',
    meaning: 'an asyncio background task ended with an exception that nothing awaited, while the server lives on',
    fix: 'Mend the exception printed below the line, and make readiness depend on the task being alive.',
    severity: 'failing',
  },
  {
    id: 'optional-dependency-disabled',
    component: 'application',
    literals: [
      'disabl',
      'skip',
      'turned off',
      'is off',
      'are off',
      'unavailable',
      'deactivated',
      'inactive',
      'switched off',
    ],
    // The word for "off" may stand before or after the package, hence the first look-ahead; a slower fallback still does the
    // work, and a missing GPU, file or key is not a missing package, hence the negative ones.
    regex:
      /^(?=.{0,500}?(?:\bdisabl(?:ed|ing)\b|\bskip(?:ped|ping)?\b|\b(?:turned|switched|is|are) off\b|\b(?:is|are|be) unavailable\b|\bdeactivated\b|\binactive\b))(?!.{0,500}?(?:\bfall(?:ing|s)? ?back\b|\bslower\b|\binstead\b)).{0,300}?(?:\b(?:not|cannot|can't|failed to|unable to) import |\bNo module named |(?<![\w.-])(?!(?:it|not|is|are|and|package|packages|library|module|dependency|dependencies|support|cuda|gpus?|nvidia|tpu|device|devices|accelerator|avx\w*|model|models|data|dataset|file|files|config|configuration|directory|path|key|token|credentials|secret|variable|url|host|endpoint|server|service|certificate)\b)(?=[\w.-]{2,60}['"`]?(?: (?:package|library|module|client|sdk))?,? (?:(?:is|are|was|were) )?(?:not (?:available|installed|found|importable|present|imported)|could not be (?:imported|found)|cannot be imported|(?:is )?missing|(?:failed to|did not) import|import failed)\b))['"`]?(?<package>[A-Za-z][\w.-]{1,59})/i,
    sample: 'WARNING Evidently not available - drift detection disabled',
    meaning: 'a package could not be imported and the program switched off the function that needs it',
    fix: 'Install the package in a version that the code can import, and let the start fail when it is missing.',
    severity: 'failing',
  },
  {
    id: 'model-not-loaded',
    component: 'application',
    literals: ['model', 'servable', "failed to load '"],
    regex:
      /(?:(?:fail(?:ed|s|ure)? (?:to load|loading)|(?:could|can) ?not load|(?:could|can)n't load|can't load|unable to load|error (?:while )?loading)(?: (?:the|all|any|some))?(?: [\w-]{1,30})? models?\b|failed to load '[\w.-]{1,80}' version \d+|\bno models? (?:is |was |are |were |has been )?(?:loaded|available)|without (?:a |the |any )?(?:loaded )?model\b|\bmodels? (?:['"]?[\w.@/:-]{1,80}['"]? )?(?:is |was |has )?(?:not (?:been )?loaded|failed to load|failed loading|could not be loaded|cannot be loaded|load failed)|Load model failed|ModelMissingError|Loading servable: .{1,200} failed|No versions of servable (?<model>[\w.-]{1,80}) found|Could not find base path \S{1,200} for servable|calling method 'load_model')/i,
    sample: 'kserve.errors.ModelMissingError: <exception str() failed>',
    meaning: 'the server runs or starts without its model, because loading it failed or nothing was there to load',
    fix: 'Give the server the model file that it expects and make readiness depend on the model being loaded.',
    severity: 'failing',
  },
  {
    id: 'model-file-missing',
    component: 'application',
    literals: ['model', 'checkpoint', 'weights', 'artifact'],
    regex:
      /(?:\b(?:model|checkpoint|weights|artifact)s?(?: (?:file|path|dir|directory|folder|artifact|weights))? (?:was |is |were )?(?:not found|missing|does not exist|doesn't exist)(?: (?:at|in|under|on))?:? |\bno (?:\S{1,30} )?(?:model|checkpoint|weights|artifact)s?(?: (?:files?|artifacts?|weights))?(?: (?:was |were |is |are )?(?:found|present|available))? (?:at|in|under):? |(?:could|can) ?(?:not|n't) (?:find|locate|open) (?:the |a |any )?(?:\S{1,30} )?(?:model|checkpoint|weights|artifact)s?(?: (?:files?|path|weights))?(?: (?:at|in|under|from))?:? |\b(?:model|checkpoint|weights|artifact)s?(?: (?:file|path|dir|directory|folder|at|from|in)){0,3}:? (?:open |stat |read )?(?=['"]?[\w.~/@:{}-]{1,300}['"]?:? (?:does not exist|doesn't exist|not found|(?:is )?missing|no such file)))['"]?(?<path>(?:\w{2,8}:\/)?[\w.~@{}-]{0,60}\/[\w.~/@{}-]{0,300}|[\w-]{1,80}\.\w{2,12})(?:['":,. ]|$)/i,
    sample: 'cannot read model: open /data/model.json: no such file or directory',
    meaning: 'the file or folder that the server loads its model from is not there',
    fix: 'Mount or download the model to the path that the server reads, or point the server at where the model is.',
    severity: 'failing',
  },
  {
    id: 'model-loaded',
    component: 'application',
    literals: ['loaded', 'model loading took'],
    regex:
      /(?<!\bno )\bmodel\b(?: (?!not\b|failed\b|never\b|is\b|was\b|could\b|cannot\b|un)['"]?[\w.@/:-]{1,80}['"]?)?(?:,? \(?(?:version |v)['"]?[\w.]{1,40}['"]?\)?)? (?:was |is |has been |been )?(?:successfully )?loaded\b(?!\s{0,3}[:=]\s{0,3}(?:false|no\b|none|0))|\bsuccess?fully loaded (?:(?:the )?model|servable|'[\w.-]{1,80}')|(?<!not )\bloaded (?:the )?model\b|Model loading took [\d.]+/i,
    sample: 'INFO inference model loaded from /app/models/pred_maint.joblib',
    meaning: 'the server loaded its model',
    fix: 'Look for the cause in later lines.',
    severity: 'info',
  },
];
