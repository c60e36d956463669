/**
 * What the path of a file in a mirror of the API's URL space means. Pure; it says nothing about what is in the file.
 */
export type MirrorPath =
  | { readonly type: 'manifest' }
  | { readonly type: 'discovery' }
  | { readonly type: 'list'; readonly apiVersion: string; readonly plural: string; readonly namespace?: string }
  | {
      readonly type: 'object';
      readonly apiVersion: string;
      readonly plural: string;
      readonly namespace?: string;
      readonly name: string;
    }
  | {
      readonly type: 'log';
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly previous: boolean;
    }
  | {
      readonly type: 'log-refusal';
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly previous: boolean;
    }
  | {
      readonly type: 'registry';
      readonly host: string;
      readonly repository: string;
      readonly what: 'manifests' | 'blobs';
      readonly reference: string;
    }
  | { readonly type: 'output' }
  | { readonly type: 'requests' }
  | { readonly type: 'evidence' }
  | { readonly type: 'other' };

const OTHER: MirrorPath = { type: 'other' };
const AT_ROOT: Readonly<Record<string, MirrorPath>> = {
  'inferscope.json': { type: 'manifest' },
  'capture.json': { type: 'manifest' },
  'api.json': { type: 'discovery' },
  'apis.json': { type: 'discovery' },
  'version.json': { type: 'discovery' },
  'apply.txt': { type: 'output' },
  'requests.json': { type: 'requests' },
  'evidence.json': { type: 'evidence' },
};

export function parseMirrorPath(path: string): MirrorPath {
  const steps = path.split('/');
  const [top = ''] = steps;
  if (steps.length === 1) return Object.hasOwn(AT_ROOT, top) ? (AT_ROOT[top] ?? OTHER) : OTHER;
  if (top === 'registry') return registryPath(steps.slice(1));
  if (top === 'api') return apiPath(steps[1] ?? '', steps.slice(2));
  if (top !== 'apis') return OTHER;
  // apis/<group>.json and apis/<group>/<version>.json
  if (steps.length <= 3 && path.endsWith('.json')) return { type: 'discovery' };
  return apiPath(`${steps[1] ?? ''}/${steps[2] ?? ''}`, steps.slice(3));
}

function apiPath(apiVersion: string, rest: readonly string[]): MirrorPath {
  if (rest.length === 0) return apiVersion.endsWith('.json') ? { type: 'discovery' } : OTHER;
  const [first = '', namespace = '', ...inner] = rest;
  if (first === 'namespaces' && inner.length > 0) {
    const [plural = '', name = '', ...under] = inner;
    if (plural === 'pods' && under.length === 2 && under[0] === 'log') return logPath(namespace, name, under[1] ?? '');
    return resourcePath(apiVersion, inner, namespace);
  }
  return resourcePath(apiVersion, rest);
}

function resourcePath(apiVersion: string, steps: readonly string[], namespace?: string): MirrorPath {
  const last = steps.at(-1) ?? '';
  if (!last.endsWith('.json') || steps.length > 2) return OTHER;
  const end = last.slice(0, -'.json'.length);
  const where = namespace === undefined ? {} : { namespace };
  if (steps.length === 1) return { type: 'list', apiVersion, plural: end, ...where };
  return { type: 'object', apiVersion, plural: steps[0] ?? '', ...where, name: end };
}

/** Container names hold no dots (DNS label), so that the endings cannot be taken for a part of one. */
function logPath(namespace: string, pod: string, file: string): MirrorPath {
  const match = /^([^.]+)(\.previous)?(\.txt|\.error\.json)$/.exec(file);
  const container = match?.[1];
  if (container === undefined) return OTHER;
  const type = match?.[3] === '.txt' ? 'log' : 'log-refusal';
  return { type, namespace, pod, container, previous: match?.[2] !== undefined };
}

/** `<host>/<repo…>/{manifests,blobs}/<reference>.json`; repositories may have several steps. */
function registryPath(steps: readonly string[]): MirrorPath {
  const [host = '', ...rest] = steps;
  const file = rest.at(-1) ?? '';
  const what = rest.at(-2);
  const repository = rest.slice(0, -2).join('/');
  if ((what !== 'manifests' && what !== 'blobs') || repository === '' || !file.endsWith('.json')) return OTHER;
  return { type: 'registry', host, repository, what, reference: file.slice(0, -'.json'.length) };
}
