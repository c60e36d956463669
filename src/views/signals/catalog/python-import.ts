/**
 * Signals of Python code that does not load: missing modules and names, syntax, and the names that Evidently moved.
 * Data only. Texts: CPython `Python/import.c`, `Python/ceval.c`, `Lib/importlib/_bootstrap.py`; Evidently tags 0.1.58–0.7.21.
 */
import type { Signal } from '../signal.ts';

export const pythonImportSignals: readonly Signal[] = [
  {
    id: 'python-module-missing',
    component: 'python',
    literals: ['no module named'],
    regex: /No module named '?(?<module>[\w.-]+)/,
    sample: "ModuleNotFoundError: No module named 'xgboost'",
    meaning:
      'a package that the code imports is not in the image, or its installed version no longer has that submodule',
    fix: 'Add the package to the requirements that the image is built from and rebuild the image.',
    severity: 'fatal',
  },
  {
    id: 'python-name-missing',
    component: 'python',
    literals: ['cannot import name'],
    regex: /cannot import name '?(?<name>\w+)'?(?: from '(?<module>[\w.]+)'(?: \((?<path>[^)]{1,400})\))?)?/,
    sample:
      "ImportError: cannot import name 'Markup' from 'jinja2' (/usr/lib/python3/site-packages/jinja2/__init__.py)",
    meaning: 'the installed version of the module does not have that name, or a local file shadows the module',
    fix: 'Pin the package to a version that has the name, or import it from where the installed version keeps it.',
    severity: 'fatal',
  },
  {
    id: 'python-circular-import',
    component: 'python',
    literals: ['partially initialized module'],
    regex: /(?:cannot import name '(?<name>\w+)' from )?partially initialized module '(?<module>[\w.]+)'/,
    sample:
      "ImportError: cannot import name 'a' from partially initialized module 'b' (most likely due to a circular import) (/app/b.py)",
    meaning: 'two modules import each other, or a file is named like a package that it imports',
    fix: 'Break the import cycle or rename the file.',
    severity: 'fatal',
  },
  {
    id: 'python-name-error',
    component: 'python',
    literals: ["nameerror: name '", 'unboundlocalerror'],
    regex: /(?:NameError: name|UnboundLocalError: (?:cannot access )?local variable) '(?<name>\w+)'/,
    sample: "NameError: name 'asyncio' is not defined",
    meaning: 'the code uses a name that it neither defines nor imports, found only when that line runs',
    fix: 'Import or define the name, and run a linter (F821) before building the image.',
    severity: 'fatal',
  },
  {
    id: 'python-syntax-error',
    component: 'python',
    literals: ['syntaxerror:', 'indentationerror:', 'taberror:'],
    regex: /\b(?<kind>SyntaxError|IndentationError|TabError): (?<detail>\S.{0,200})/,
    sample: 'SyntaxError: invalid syntax',
    meaning: 'the source is broken or needs a newer Python than the image has',
    fix: 'Compile the sources with the interpreter of the image before shipping it.',
    severity: 'fatal',
  },
  {
    id: 'python-attribute-error',
    component: 'python',
    literals: ['attributeerror:'],
    // Names that begin with No are left out, for NoneType: what is None has no version.
    regex:
      /AttributeError: (?:partially initialized )?(?:module '(?<module>[\w.]+)'|type object '\w+'|'(?<type>(?:[^\WN]|N[^\Wo])[\w.]*)' object)(?: \([^)]{1,120}\))? has no attribute '(?<name>\w+)'/,
    sample: "AttributeError: module 'numpy' has no attribute 'float'",
    meaning: 'the installed version of the module or class does not have that attribute',
    fix: 'Pin the package to the version that the code was written for, or use its present name.',
    severity: 'fatal',
  },
  {
    id: 'evidently-column-mapping',
    component: 'evidently',
    versions: '>=0.7.0',
    literals: ["cannot import name 'columnmapping'"],
    regex: /cannot import name 'ColumnMapping' from 'evidently'/,
    sample: "ImportError: cannot import name 'ColumnMapping' from 'evidently' (/x/evidently/__init__.py)",
    meaning: 'Evidently 0.7 dropped ColumnMapping from its top level, where 0.1.47 to 0.6.7 had it',
    fix: 'Pin evidently<0.7, or import ColumnMapping from evidently.legacy.pipeline.column_mapping.',
    severity: 'fatal',
  },
  {
    id: 'evidently-report',
    component: 'evidently',
    versions: '>=0.7.0',
    literals: ["no module named 'evidently."],
    regex:
      /No module named '(?<module>evidently\.(?:report|metric_preset|test_suite|test_preset|pipeline|options)(?:\.[\w.]+)?)'/,
    sample: "ModuleNotFoundError: No module named 'evidently.report'",
    meaning: 'Evidently 0.7 moved its former report modules to evidently.legacy',
    fix: 'Pin evidently<0.7, or import Report from evidently and the presets from evidently.presets.',
    severity: 'fatal',
  },
  {
    id: 'evidently-metrics',
    component: 'evidently',
    versions: '>=0.7.0',
    literals: ["from 'evidently.metrics'"],
    regex:
      /cannot import name '(?<name>DataDriftTable|DatasetDriftMetric|ColumnDriftMetric)' from 'evidently\.metrics'/,
    sample: "ImportError: cannot import name 'DataDriftTable' from 'evidently.metrics'",
    meaning: 'Evidently 0.7 moved its former drift metrics to evidently.legacy.metrics',
    fix: 'Pin evidently<0.7, or use evidently.legacy.metrics.',
    severity: 'fatal',
  },
  {
    id: 'evidently-dashboard',
    component: 'evidently',
    versions: '>=0.3.0',
    literals: ["no module named 'evidently."],
    regex: /No module named '(?<module>evidently\.(?:dashboard|model_profile)(?:\.[\w.]+)?)'/,
    sample: "ModuleNotFoundError: No module named 'evidently.dashboard'",
    meaning: 'Evidently removed dashboards and profiles after 0.2.8',
    fix: 'Use Report in place of the dashboard, or pin evidently<0.3.',
    severity: 'fatal',
  },
];
