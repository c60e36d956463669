/**
 * Signals of model files that do not load: pickles of another version, cut-off downloads, Git LFS pointers. Data only.
 * Texts: scikit-learn `sklearn/exceptions.py`, `tree/_tree.pyx`; CPython `Modules/_pickle.c`; PyTorch `inline_container.cc`;
 * safetensors; the Git LFS pointer specification v1.
 */
import type { Signal } from '../signal.ts';

export const modelFileSignals: readonly Signal[] = [
  {
    id: 'pickle-version-mismatch',
    component: 'scikit-learn',
    literals: [
      'from the pickle has an incompatible dtype',
      "can't get attribute '__pyx_unpickle",
      "no module named 'sklearn.",
      'unsupported pickle protocol',
      "no module named 'numpy._core",
    ],
    regex:
      /(?:node array|value array|n_classes) from the pickle has an incompatible dtype|Can't get attribute '__pyx_unpickle_\w{1,80}'|No module named 'sklearn\.[\w.]{0,60}\b_\w{1,60}'|unsupported pickle protocol: (?<protocol>\d+)|No module named 'numpy\._core/,
    sample: 'ValueError: node array from the pickle has an incompatible dtype:',
    meaning:
      'the model was saved by another version of scikit-learn, NumPy or Python, whose layout the installed one cannot read',
    fix: 'Install the version that the model was trained with, or export the model again with the served version.',
    severity: 'fatal',
  },
  {
    id: 'pickle-version-warning',
    component: 'scikit-learn',
    literals: ['trying to unpickle estimator'],
    regex:
      /Trying to unpickle estimator (?<estimator>\w{1,100}) from version (?<from>\S{1,40}) when using version (?<to>[^\s,]{1,40}?)\.? /,
    sample:
      'InconsistentVersionWarning: Trying to unpickle estimator DecisionTreeClassifier from version 1.3.2 when using version 1.5.1. This might lead to breaking code or invalid results.',
    meaning: 'the model was trained with another version of scikit-learn than the one that serves it',
    fix: 'Pin scikit-learn to the version that the model was trained with.',
    severity: 'warning',
  },
  {
    id: 'pickle-attribute-missing',
    component: 'python',
    literals: ["can't get attribute '"],
    regex: /Can't get attribute '(?<name>[\w.]{1,200})' on <module '(?<module>[\w.]{1,200})'/,
    sample: "AttributeError: Can't get attribute 'MyTransformer' on <module '__main__' (built-in)>",
    meaning: 'the pickle refers to a class that was defined in the training script or notebook',
    fix: 'Move the class to a package that training and serving both install, and save the model again.',
    severity: 'fatal',
  },
  {
    id: 'model-file-git-lfs',
    component: 'git-lfs',
    literals: ["invalid load key, 'v'", 'git-lfs.github.com/spec'],
    regex: /invalid load key, 'v'|version https:\/\/git-lfs\.github\.com\/spec\/v1/,
    sample: "_pickle.UnpicklingError: invalid load key, 'v'.",
    meaning: 'the file is a Git LFS pointer of some 130 bytes and not the model itself',
    fix: 'Fetch the real file (git lfs pull) before uploading it.',
    severity: 'fatal',
  },
  {
    id: 'model-file-corrupt',
    component: 'python',
    literals: [
      'unpicklingerror',
      'ran out of input',
      'pickle data was truncated',
      'invalid load key',
      'pytorchstreamreader failed',
      'while deserializing',
      'headertoolarge',
      'eof: reading',
      'invalidprotobuf',
      'protobuf parsing failed',
      'truncated file',
      'file signature not found',
    ],
    regex:
      /EOFError: Ran out of input|pickle data was truncated|EOF: reading .{1,100}, expected \d+ bytes got \d+|invalid load key, '(?<key>[^']{1,4})'|PytorchStreamReader failed|Error while deserializing(?: header)?: \w+|\bHeaderTooLarge\b|InvalidProtobuf|Protobuf parsing failed|truncated file: eof|file signature not found/i,
    sample: 'EOFError: Ran out of input',
    meaning: 'the model file is empty, cut off, or not a model at all, such as an error page saved under its name',
    fix: 'Upload or download the file again and compare its size and checksum with the original.',
    severity: 'fatal',
  },
];
