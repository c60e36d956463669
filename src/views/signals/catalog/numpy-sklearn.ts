/**
 * Signals of NumPy and scikit-learn whose versions do not fit. Data only. Texts: numpy `_core/__init__.py`,
 * `generate_numpy_api.py`, `__init__.pxd`, `_expired_attrs_2_0.py`; scikit-learn `utils/validation.py`.
 */
import type { Signal } from '../signal.ts';

export const numpySklearnSignals: readonly Signal[] = [
  {
    id: 'numpy-two-incompatible',
    component: 'numpy',
    versions: '>=2.0',
    literals: ['compiled using numpy 1.x', '_array_api not found'],
    regex: /A module that was compiled using NumPy 1\.x cannot be run in|_ARRAY_API not found/,
    sample: 'A module that was compiled using NumPy 1.x cannot be run in',
    meaning: 'a compiled package was built for NumPy 1 and NumPy 2 is installed',
    fix: 'Pin numpy<2, or install a newer version of the package.',
    severity: 'fatal',
  },
  {
    id: 'numpy-binary-incompatible',
    component: 'numpy',
    literals: ['size changed, may indicate binary incompatibility'],
    regex:
      /(?:numpy\.)?(?<type>\w{1,80}) size changed, may indicate binary incompatibility(?:\. Expected (?<expected>\d+) from C header, got (?<actual>\d+))?/,
    sample:
      'ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject',
    meaning: 'a compiled package was built for another version of NumPy',
    fix: 'Install the version of NumPy that the package was built for.',
    severity: 'fatal',
  },
  {
    id: 'numpy-too-old',
    component: 'numpy',
    literals: ['compiled against'],
    regex: /module (?:was )?compiled against (?:NumPy C-API version|API version|ABI version) 0x([0-9a-f]+)/i,
    sample:
      'RuntimeError: module was compiled against NumPy C-API version 0x12 (NumPy 2.0) but the running NumPy has C-API version 0x10.',
    meaning: 'a compiled package was built for a newer NumPy than is installed',
    fix: 'Install a newer NumPy.',
    severity: 'fatal',
  },
  {
    id: 'numpy-extension-broken',
    component: 'numpy',
    literals: ['importing the numpy c-extensions failed', 'multiarray failed to import'],
    regex: /Importing the numpy C-extensions failed|numpy\.(?:_core|core)\.multiarray failed to import/,
    sample: 'Importing the numpy C-extensions failed. This error can happen for',
    meaning: 'NumPy was installed for another Python or architecture, or does not fit a package built against it',
    fix: 'Install NumPy inside the image for its Python and architecture.',
    severity: 'fatal',
  },
  {
    id: 'numpy-name-removed',
    component: 'numpy',
    versions: '>=1.24',
    literals: ['was removed in the numpy 2.0 release', "module 'numpy' has no attribute"],
    regex:
      /`np\.(?<name>\w{1,40})` was removed in the NumPy 2\.0 release|module 'numpy' has no attribute '(?:bool|int|float|object|str|complex)'/,
    sample: 'AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead.',
    meaning: 'the code uses a name that the installed NumPy removed',
    fix: 'Pin NumPy to the version that the code was written for, or use the present name.',
    severity: 'fatal',
  },
  {
    id: 'feature-count-mismatch',
    component: 'scikit-learn',
    literals: ['features as input'],
    regex: /X has (?<actual>\d+) features, but (?<estimator>\w{1,80}) is expecting (?<expected>\d+) features as input/,
    sample: 'ValueError: X has 3 features, but StandardScaler is expecting 4 features as input.',
    meaning: 'the request has another number of columns than the model was trained with',
    fix: 'Send the columns that the model was trained with, and check them before predicting.',
    severity: 'failing',
  },
  {
    id: 'feature-names-mismatch',
    component: 'scikit-learn',
    literals: ['feature names should match', 'feature_names mismatch'],
    regex: /The feature names should match those that were passed during fit|feature_names mismatch/,
    sample: 'ValueError: The feature names should match those that were passed during fit.',
    meaning: 'the columns of the request have other names or another order than in training',
    fix: 'Send the columns under the names and in the order of training.',
    severity: 'failing',
  },
  {
    id: 'reshape-required',
    component: 'scikit-learn',
    literals: ['expected 2d array'],
    regex: /Expected 2D array, got (?<actual>\w{1,20}) array instead/,
    sample: 'ValueError: Expected 2D array, got 1D array instead:',
    meaning: 'the model was given one row where it takes a table',
    fix: 'Send a list of rows.',
    severity: 'failing',
  },
];
