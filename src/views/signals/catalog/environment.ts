/**
 * Signals of configuration that a program refuses: missing variables, values that are no number, metrics registered twice.
 * Data only. Texts: CPython `os.environ` and `int`, Go `strconv.NumError`, the JVM, pydantic, prometheus_client `registry.py`.
 */
import type { Signal } from '../signal.ts';

export const environmentSignals: readonly Signal[] = [
  {
    id: 'environment-variable-missing',
    component: 'application',
    literals: [
      'keyerror',
      'required',
      'not set',
      'not been set',
      'unset',
      'undefined',
      'be set',
      'missing',
      'not defined',
      'empty',
      'not found',
      'unbound variable',
      'be provided',
      'be defined',
      'not provided',
    ],
    regex:
      /(?:\bKeyError: ['"]|(?:[Ee]nvironment|[Ee]nv|ENV)(?: var(?:iable)?s?)? ?(?:is |are )?(?:missing|not set|not found|unset|undefined)[:=]? ?['"]?|[Mm]issing (?:required )?(?:environment|env)(?: var(?:iable)?s?)?[:=]? ?['"`]?|[Rr]equired (?:environment|env)(?: var(?:iable)?s?)?[:=]? ?['"`]?(?=[A-Z]\w{1,80}['"`]? (?:is )?(?:not|missing|unset))|(?<=: )(?=[A-Z]\w{0,60}: (?:parameter not set|unbound variable))|(?<![\w'".-]['"]?)(?=[$'"`{]{0,3}[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,8}['"`}]{0,2}:? (?:environment variable |env(?: var(?:iable)?)? |variable )?(?:(?:is|was|has|must) )?(?:required|not (?:been )?set|not (?:provided|defined|found)|unset|undefined|missing|empty|be (?:set|provided|defined)|parameter not set|unbound variable))[$'"`{]{0,3})(?<name>[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){0,8})\b(?![a-z(.])/,
    sample: "KeyError: 'FEATURE_STORE_URL'",
    meaning: 'the program needs an environment variable that its container does not have',
    fix: 'Set the variable in the container, or name the key of the Secret or ConfigMap as the program expects it.',
    severity: 'fatal',
  },
  {
    id: 'invalid-number',
    component: 'application',
    literals: [
      'invalid literal for int',
      'could not convert string to float',
      'parsing "',
      'for input string',
      'is not a number',
      'unable to parse string as',
      'invalid digit found',
      'is not a valid integer',
      'is not a valid port',
      'invalid port',
    ],
    regex:
      /(?:invalid literal for int\(\) with base \d+: ['"]|could not convert string to float: ['"]|strconv\.\w{1,20}: parsing "|For input string: "|(?<!\S)['"](?=[^'"]{0,200}['"] is not a (?:valid )?(?:number|integer|port\b))|[Ii]nvalid port(?: number| value)?[:=]? ['"]?)(?<value>[^'"\n]{0,200})|unable to parse string as an? (?:integer|number)|invalid digit found in string|is not a (?:valid (?:integer|port)|number)\b/,
    sample: "ValueError: invalid literal for int() with base 10: 'http'",
    meaning: 'a setting that must be a number holds another text',
    fix: 'Set the variable or field that holds this text to a number.',
    severity: 'fatal',
  },
  {
    id: 'prometheus-duplicated-timeseries',
    component: 'prometheus_client',
    literals: ['duplicated timeseries'],
    regex: /Duplicated timeseries in CollectorRegistry: \{(?<names>[^}]{0,400})\}/,
    sample: "ValueError: Duplicated timeseries in CollectorRegistry: {'data_drift_score'}",
    meaning:
      'one process creates the same metric twice, as when a module is run as a script and imported again by name',
    fix: 'Start the server with "uvicorn module:app", or create the metrics in a module of their own.',
    severity: 'fatal',
  },
  {
    id: 'settings-invalid',
    component: 'pydantic',
    literals: ['validation error'],
    regex: /\b(?<count>\d+) validation errors? for (?<model>\w{0,60}(?:Settings|Config)\w{0,60})/,
    sample: 'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings',
    meaning: 'an environment variable of the settings is missing or not valid; the lines below name the fields',
    fix: 'Set the variables that the lines below name.',
    severity: 'fatal',
  },
];
