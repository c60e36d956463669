/**
 * The benchmarks, each against a baseline measured in the same run: `npm run bench`. Figures are printed, never asserted in tests;
 * docs/benchmarks.md holds the last ones.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kubeconfigText, testFolder } from '../src/testing/kubeconfig.ts';
import { readTruth, scenarioIds } from '../test/scenario.ts';
import { serveCapture } from '../test/serve-capture.ts';
import { writeBigCluster } from './big-cluster.ts';
import { benchLogMatching } from './log-matching.ts';

const root = path.resolve(import.meta.dirname, '..');
const bundle = path.join(root, 'dist', 'inferscope.js');

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Wall times of two commands, taken in turns so that other load hits both alike, in milliseconds. */
function alternate(first: readonly string[], second: readonly string[], times: number): readonly [number, number] {
  const a: number[] = [];
  const b: number[] = [];
  for (let index = 0; index < times; index += 1) {
    a.push(timed(first));
    b.push(timed(second));
  }
  return [median(a), median(b)];
}

function timed(argv: readonly string[]): number {
  const start = process.hrtime.bigint();
  spawnSync(process.execPath, argv, { stdio: 'ignore' });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function row(name: string, value: string, target: string, ok: boolean): void {
  process.stdout.write(`${ok ? 'ok  ' : 'OVER'} ${name.padEnd(58)} ${value.padEnd(46)} target ${target}\n`);
}

const [explain, bare] = alternate([bundle, 'explain', 'IS3102'], ['-e', '0'], 21);
row(
  'start-up of explain ÷ bare node',
  `${(explain / bare).toFixed(2)} (${explain.toFixed(0)} ms ÷ ${bare.toFixed(0)} ms)`,
  '≤ 1.6',
  explain / bare <= 1.6,
);

const directory = mkdtempSync(path.join(tmpdir(), 'inferscope-bench-'));
try {
  const { bytes } = writeBigCluster(directory, { pods: 10_000, failingEvery: 50 });
  const parse =
    "const {readFileSync,readdirSync}=require('fs');const p=require('path');const walk=d=>readdirSync(d,{withFileTypes:true}).flatMap(e=>e.isDirectory()?walk(p.join(d,e.name)):[p.join(d,e.name)]);globalThis.kept=walk(process.argv[1]).filter(f=>f.endsWith('.json')).map(f=>JSON.parse(readFileSync(f,'utf8')))";
  const [whole, baseline] = alternate([bundle, '--from', directory, '-o', 'short'], ['-e', parse, directory], 7);
  row(
    `--from 10,000 pods (${(bytes / 1e6).toFixed(0)} MB) ÷ JSON.parse of the same files`,
    `${(whole / baseline).toFixed(2)} (${whole.toFixed(0)} ms ÷ ${baseline.toFixed(0)} ms)`,
    '≤ 1.5',
    whole / baseline <= 1.5,
  );
  const memory = peakMemory([bundle, '--from', directory, '-o', 'short']);
  row('its peak memory', `${memory} MiB`, '≤ 512 MiB', memory <= 512);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const logs = await benchLogMatching();
row(
  `log matching, ${logs.signals} signals over ${logs.megabytes.toFixed(0)} MB`,
  `${logs.megabytesPerSecond.toFixed(0)} MB/s (one alternation of all: ${logs.baselineMegabytesPerSecond.toFixed(1)} MB/s)`,
  '≥ 150 MB/s',
  logs.megabytesPerSecond >= 150,
);

const example = await askLive(path.join(root, 'examples', 'pred-maint.tgz'), 'deploy/pred-maint', 'pred-maint');
row(
  'requests for one Deployment of a real capture, asked live',
  String(example.requests + example.logs),
  '≤ 10',
  example.requests > 0 && example.requests + example.logs <= 10,
);

// Every InferenceService of the recorded scenarios: the worst of them counts.
const chains: Asked[] = [];
for (const id of scenarioIds().filter((name) => /^(?:kserve|knative)-/.test(name))) {
  const { asked } = readTruth(id);
  if (asked.kind !== 'InferenceService' || asked.namespace === undefined) continue;
  const capture = path.join(root, 'test', 'scenarios', id, 'capture.tgz');
  chains.push(await askLive(capture, `isvc/${asked.name}`, asked.namespace));
}
const most = Math.max(...chains.map((chain) => chain.requests));
const logsRead = Math.max(...chains.map((chain) => chain.logs));
row(
  `requests for one InferenceService (the most of ${chains.length})`,
  `${most}, and ${logsRead} for logs of suspects`,
  '≤ 12 and logs',
  most <= 12,
);
const slowest = Math.max(...chains.map((chain) => chain.milliseconds));
const middle = median(chains.map((chain) => chain.milliseconds));
row(
  'its whole run, process start included',
  `${middle.toFixed(0)} ms, at most ${slowest.toFixed(0)} ms`,
  '≤ 1,000 ms',
  middle <= 1000,
);

interface Asked {
  /** Without those for logs. */
  readonly requests: number;
  readonly logs: number;
  readonly milliseconds: number;
}

/** Serves a capture as an API on loopback and counts what the diagnosis of one object asks. */
async function askLive(capture: string, object: string, namespace: string): Promise<Asked> {
  const { server } = await serveCapture(capture);
  const folder = testFolder();
  try {
    const kubeconfig = folder.write('config', kubeconfigText({ server: server.url, namespace }));
    const start = process.hrtime.bigint();
    await new Promise<void>((resolve) => {
      spawn(process.execPath, [bundle, object, '--kubeconfig', kubeconfig, '-o', 'short'], { stdio: 'ignore' }).on(
        'close',
        () => resolve(),
      );
    });
    const logs = server.requests.filter((request) => /\/log\?/.test(request)).length;
    return {
      requests: server.requests.length - logs,
      logs,
      milliseconds: Number(process.hrtime.bigint() - start) / 1e6,
    };
  } finally {
    folder.remove();
    await server.close();
  }
}

/** Peak resident memory of a command in MiB, as the process itself reports it at its end. */
function peakMemory(argv: readonly string[]): number {
  const probe = "process.on('exit',()=>process.stderr.write('\\nPEAK '+process.resourceUsage().maxRSS))";
  const preload = `data:text/javascript,${encodeURIComponent(probe)}`;
  const result = spawnSync(process.execPath, ['--import', preload, ...argv], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return Math.round(Number(/PEAK (\d+)/.exec(result.stderr)?.[1] ?? Number.NaN) / 1024);
}

process.stdout.write(
  `${execFileSync(process.execPath, ['--version'], { encoding: 'utf8' }).trim()}, ${process.platform} ${process.arch}\n`,
);
