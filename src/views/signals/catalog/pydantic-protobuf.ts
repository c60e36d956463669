/**
 * Signals of pydantic and protobuf whose versions do not fit the code. Data only. Texts: pydantic `_migration.py`,
 * `_internal/_model_construction.py`; protobuf `runtime_version.py`, `descriptor.py`.
 */
import type { Signal } from '../signal.ts';

export const pydanticProtobufSignals: readonly Signal[] = [
  {
    id: 'pydantic-base-settings-moved',
    component: 'pydantic',
    versions: '>=2.0',
    literals: ['basesettings'],
    regex: /`BaseSettings` has been moved to the `pydantic-settings` package/,
    sample:
      'pydantic.errors.PydanticImportError: `BaseSettings` has been moved to the `pydantic-settings` package. See https://...',
    meaning: 'the code was written for pydantic 1, and BaseSettings now lives in pydantic-settings',
    fix: 'Install pydantic-settings and import from it, or pin pydantic<2.',
    severity: 'fatal',
  },
  {
    id: 'pydantic-name-removed',
    component: 'pydantic',
    versions: '>=2.0',
    literals: ['has been removed in v2'],
    regex: /`(?<name>[\w.:]{1,120})` has been removed in V2\./,
    sample: 'pydantic.errors.PydanticImportError: `pydantic:ConstrainedStr` has been removed in V2.',
    meaning: 'the code uses a name that pydantic 2 removed',
    fix: 'Pin pydantic<2, or move to the name of version 2.',
    severity: 'fatal',
  },
  {
    id: 'pydantic-model-of-version-one',
    component: 'pydantic',
    versions: '>=2.0',
    literals: ['a non-annotated attribute was detected', 'skip_on_failure=true'],
    regex:
      /A non-annotated attribute was detected: |If you use `@root_validator` with pre=False \(the default\) you MUST specify `skip_on_failure=True`/,
    sample: 'pydantic.errors.PydanticUserError: A non-annotated attribute was detected: `x = 1`.',
    meaning: 'a model was written for pydantic 1',
    fix: 'Pin pydantic<2, or move the model to version 2.',
    severity: 'fatal',
  },
  {
    id: 'pydantic-too-old-for-python',
    component: 'pydantic',
    versions: '<1.10.17',
    literals: ['forwardref._evaluate()'],
    regex: /ForwardRef\._evaluate\(\) missing 1 required keyword-only argument: 'recursive_guard'/,
    sample: "TypeError: ForwardRef._evaluate() missing 1 required keyword-only argument: 'recursive_guard'",
    meaning: 'this pydantic 1 does not run on Python 3.12.4 or newer',
    fix: 'Install pydantic>=1.10.17, or use Python 3.11.',
    severity: 'fatal',
  },
  {
    id: 'protobuf-code-too-old',
    component: 'protobuf',
    versions: '>=3.20',
    literals: ['be created directly'],
    regex: /Descriptors cannot (?:not )?be created directly\./,
    sample: 'TypeError: Descriptors cannot be created directly.',
    meaning: 'generated _pb2 files are older than the installed protobuf accepts',
    fix: 'Pin protobuf<3.21, or generate the files again.',
    severity: 'fatal',
  },
  {
    id: 'protobuf-runtime-too-old',
    component: 'protobuf',
    literals: ['incompatible protobuf gencode', "from 'google.protobuf.internal'"],
    regex:
      /Detected incompatible Protobuf Gencode\/Runtime versions when loading\s+(?<file>\S{1,200}): gencode (?<generated>\S{1,40}) runtime (?<installed>[\w.-]{1,40}?)\. |cannot import name 'builder' from 'google\.protobuf\.internal'/,
    sample:
      'google.protobuf.runtime_version.VersionError: Detected incompatible Protobuf Gencode/Runtime versions when loading a.proto: gencode 6.31.0 runtime 5.29.1. Runtime version cannot be older than the linked gencode version.',
    meaning: 'the installed protobuf is older than the one that generated the _pb2 files',
    fix: 'Install protobuf in the version that generated the files or newer.',
    severity: 'fatal',
  },
];
