/**
 * Reads what `kubectl get -o yaml|json` prints, and manifests: single objects, Lists, several documents in one file, a folder of such
 * files. It may have been a selection, so that no list proves anything about what it does not hold.
 */
import { extname } from 'node:path';
import type { Evidence, EvidenceGap } from '../../model/evidence.ts';
import { isObject, textAt } from '../../model/json.ts';
import { InferscopeProblem } from '../problem.ts';
import { redactText } from '../redact/redact-text.ts';
import { type Bounds, sizeText } from './bounds.ts';
import { EvidenceStore } from './evidence-store.ts';
import { NewestTime } from './newest-time.ts';
import { fillIdentity, isListBody, itemKind, objectEvidence } from './object-evidence.ts';
import { decodeText, parseJsonDocuments, parseYamlDocuments } from './parse-text.ts';
import type { Part } from './part.ts';
import type { SourceFile } from './source-file.ts';

const ENDINGS = new Set(['.json', '.yaml', '.yml']);

/** `named`: the user named this one file, so that what is wrong with it ends the reading instead of becoming a gap. */
export function readKubectlOutput(files: readonly SourceFile[], source: string, named: boolean, bounds: Bounds): Part {
  const reader = new OutputReader();
  let firstProblem: InferscopeProblem | undefined;
  for (const file of files) {
    if (!named && !ENDINGS.has(extname(file.path))) continue;
    try {
      for (const document of documentsOf(file, bounds)) reader.take(document, 0);
    } catch (error) {
      if (named || !(error instanceof InferscopeProblem)) throw error;
      firstProblem ??= error;
      reader.gap(file, error);
    }
  }
  const evidence = reader.store.evidence();
  if (evidence.length === 0) throw firstProblem ?? nothingFound(source, reader.apiError);
  const takenAt = reader.newest.value;
  return {
    ...(takenAt === undefined ? {} : { takenAt }),
    scope: { namespaces: namespacesOf(evidence), clusterScoped: false },
    evidence,
    gaps: reader.store.gaps(),
  };
}

/** A bracket at the start means JSON; everything else is tried as YAML, of which JSON with comments or the like is a part. */
function documentsOf(file: SourceFile, bounds: Bounds): readonly unknown[] {
  const bytes = file.read();
  if (bytes === undefined) throw tooLarge(file.path, file.size, bounds);
  const text = decodeText(bytes);
  if (text.includes('\0')) {
    throw new InferscopeProblem({
      code: 'IS0002',
      tried: `Read ${file.path} as JSON or YAML`,
      found: 'it is a binary file',
      todo: ['Name a capture (.tgz or its folder) or a file that kubectl get -o yaml wrote'],
    });
  }
  return /^\s*[{[]/.test(text) ? parseJsonDocuments(text, file.path) : parseYamlDocuments(text, file.path);
}

export function tooLarge(path: string, size: number, bounds: Bounds): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0005',
    tried: `Read ${path}`,
    found: `it is ${sizeText(size)}; the bound for one file is ${sizeText(bounds.fileBytes)}`,
    todo: ['Collect a part of it: one namespace, or one kind at a time, into a folder of files'],
  });
}

function nothingFound(source: string, apiError: string | undefined): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0002',
    tried: `Read ${source}`,
    found:
      apiError === undefined
        ? 'it holds no capture and no Kubernetes objects'
        : `it holds an error of the API: ${apiError}`,
    todo: [
      'Name a capture (.tgz or its folder) or a file that kubectl get -o yaml wrote',
      'Make a capture with inferscope collect',
    ],
  });
}

function namespacesOf(evidence: readonly Evidence[]): readonly string[] {
  const names = new Set<string>();
  for (const { subject } of evidence) if (subject.namespace !== undefined) names.add(subject.namespace);
  return [...names].sort();
}

/** A List inside a List is legal and pointless; deeper than this it is an attack. */
const DEEPEST_LIST = 4;

class OutputReader {
  readonly store = new EvidenceStore();
  readonly newest = new NewestTime();
  apiError: string | undefined;

  take(document: unknown, depth: number): void {
    if (isListBody(document) && depth < DEEPEST_LIST) {
      const apiVersion = textAt(document, 'apiVersion') ?? 'v1';
      const kind = itemKind(textAt(document, 'kind') ?? '');
      for (const item of document.items) {
        if (kind !== undefined) fillIdentity(item, apiVersion, kind);
        this.take(item, depth + 1);
      }
      return;
    }
    if (Array.isArray(document) && depth < DEEPEST_LIST) {
      for (const item of document) this.take(item, depth + 1);
      return;
    }
    if (isObject(document) && document['kind'] === 'Status' && document['apiVersion'] === 'v1') {
      this.apiError ??= redactText(textAt(document, 'message') ?? 'without a message').slice(0, 500);
      return;
    }
    const piece = objectEvidence(document);
    if (!piece) return;
    this.newest.see(piece.body);
    this.store.add(piece);
  }

  gap(file: SourceFile, problem: InferscopeProblem): void {
    const gap: EvidenceGap = {
      id: `gap:${file.path}`,
      wanted: `the objects in ${file.path}`,
      reason: problem.code === 'IS0005' ? 'too-large' : 'failed',
      detail: problem.found,
    };
    this.store.addGap(gap);
  }
}
