/**
 * Tells a frame of the user's own code from a library's or the language's, by where each ecosystem installs what it did
 * not write. Looks only at the frame's words: there is no file system here.
 */
import type { Frame, Traceback } from './traceback-types.ts';

const LIBRARY: Readonly<Record<Traceback['language'], (frame: Frame) => boolean>> = {
  python: isPythonLibrary,
  go: isGoLibrary,
  java: isJavaLibrary,
  node: isNodeLibrary,
  rust: isRustLibrary,
};

/**
 * Site packages and the standard library; console scripts (`/usr/local/bin/uvicorn`); Cython modules, which are traced by
 * their path inside the package; and the places where the images of vLLM, SGLang, Triton and KServe keep their source.
 */
const PYTHON_PATH =
  /\/(?:site|dist)-packages\/|\/lib(?:64)?\/python\d|\/s?bin\/[\w-]+$|\.p(?:yx|xd)$|^\/(?:vllm-workspace|sgl-workspace|opt\/tritonserver|kserve|storage-initializer|(?:sklearn|xgb|lgb|pmml|paddle|huggingface|predictive)_?server)\//;

function isPythonLibrary(frame: Frame): boolean {
  // `python -c` and standard input are the user's; other names in angle brackets are generated or frozen code.
  if (frame.file.startsWith('<')) return !(/^<(?:string|stdin)>$/.test(frame.file) && frame.function === '<module>');
  return PYTHON_PATH.test(frame.file);
}

/** GOROOT where the official image, distributions and CI put it, the module cache and vendored modules. */
const GO_PATH =
  /\/usr\/(?:local|lib|share)\/go(?:lang|-[\d.]+)?\/src\/|\/(?:hostedtoolcache\/go|sdk\/go[\d.]+)\/|\/pkg\/mod\/|\/vendor\/|@v\d/;

/** The standard library's top directories, which is all that is left of its paths under `-trimpath`. */
const GO_TRIMMED =
  /^(?:archive|bufio|bytes|compress|container|context|crypto|database|encoding|errors|flag|fmt|internal|io|log|math|mime|net|os|reflect|regexp|runtime|sort|strconv|strings|sync|syscall|testing|text|time|unicode)\//;

function isGoLibrary(frame: Frame): boolean {
  return GO_PATH.test(frame.file) || GO_TRIMMED.test(frame.file) || /^(?:runtime\.|panic$)/.test(frame.function ?? '');
}

/** The platform, the languages on it, and the frameworks and libraries of common servers. */
const JAVA_CLASS =
  /^(?:java|javax|jdk|sun|com\.sun|jakarta|kotlin|kotlinx|scala|groovy|org\.springframework|org\.apache|org\.eclipse|org\.hibernate|org\.jboss|org\.slf4j|org\.postgresql|org\.junit|org\.pytorch\.serve|io\.netty|io\.grpc|io\.micrometer|io\.micronaut|io\.quarkus|io\.vertx|io\.projectreactor|io\.undertow|reactor|ch\.qos|com\.fasterxml|com\.google|com\.zaxxer|com\.mysql|ai\.djl|ai\.onnxruntime)\./;

function isJavaLibrary(frame: Frame): boolean {
  return JAVA_CLASS.test(frame.function ?? '');
}

const NODE_PATH = /\/node_modules\/|^node:|^internal\/|^<anonymous>$|^native$/;

function isNodeLibrary(frame: Frame): boolean {
  return NODE_PATH.test(frame.file);
}

/** Crates from a registry or from git, and the standard library, which is traced by the commit of the compiler. */
const RUST_PATH = /\/\.?cargo\/(?:registry|git)\/|^\/rustc\/|\/rustlib\/src\//;

function isRustLibrary(frame: Frame): boolean {
  return RUST_PATH.test(frame.file);
}

/** The innermost frame of the user's own code; `frames` are outermost first. */
export function userFrameOf(language: Traceback['language'], frames: readonly Frame[]): Frame | undefined {
  return frames.findLast((frame) => !LIBRARY[language](frame));
}
