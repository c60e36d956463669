/**
 * Reports for the tests of the renderers: those of recorded failures, asked by name and over the whole scope, and the same with hostile text
 * wherever a cluster, a registry or a file can put text.
 */
import { diagnose } from '../src/engine/diagnose.ts';
import { reportSchema, type Report } from '../src/model/report-schema.ts';
import { rules } from '../src/rules/index.gen.ts';
import { loadScenario } from './scenario.ts';

const RECORDED = [
  'image-arm64-index',
  'insufficient-cpu-two-nodes',
  'python-package-missing',
  'configmap-key-missing',
  'ready-without-model',
  'healthy-restarted-once',
];

/** By name of the scenario and of the question. */
export async function recordedReports(): Promise<ReadonlyMap<string, Report>> {
  const reports = new Map<string, Report>();
  for (const id of RECORDED) {
    const { snapshot, asked } = await loadScenario(id);
    reports.set(`${id}, by name`, diagnose(snapshot, { rules, asked: [asked] }).report);
    reports.set(`${id}, whole scope`, diagnose(snapshot, { rules }).report);
  }
  return reports;
}

/** Values that the schema of the Report fixes: no cluster can change them. */
const FIXED =
  /^(?:IS\d{4}|inferscope|confirmed|likely|possible|command|manual|safe|review|fill-in|advice|healthy|explained|undecided|unreadable|found|ruled-out|not-applicable|unknown|not-reached|crashed|forbidden|timeout|expired|too-large|unsupported|not-requested|out-of-scope|failed|all|tool|admission|scheduling|images|model|start|readiness|traffic|behaviour|platform)$/;

/** The same report with another text in every free field; the schema vouches for its shape. */
export function withTexts(report: Report, change: (text: string) => string): Report {
  return reportSchema.parse(mapped(report, change));
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return FIXED.test(value) ? value : change(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => mapped(entry, change));
  if (typeof value !== 'object' || value === null) return value;
  // What has a code has its name from Inferscope.
  const own = 'code' in value ? ['code', 'name'] : [];
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, own.includes(key) ? entry : mapped(entry, change)]),
  );
}

/** Controls of C0 and C1 but the line end, and what turns the direction of writing round. */
const HOSTILE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** The first hostile character of a rendered report with what stands around it; undefined where there is none. */
export function hostileIn(output: string): string | undefined {
  const found = HOSTILE.exec(output);
  return found === null ? undefined : JSON.stringify(output.slice(Math.max(0, found.index - 60), found.index + 60));
}

/** What an attacker would put into an object's name, an event or a log line. */
export const ATTACKS: readonly string[] = [
  '\u001b[2J\u001b[1;1HAll is well',
  '\u001b]0;title\u0007',
  '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  '\u001b]52;c;cm0gLXJmIH4=\u0007',
  '\u009b31mred',
  '\r\u001b[Kexit 0',
  '\b\b\b\b',
  '\u202egnitrats',
  '\u0007\u0000',
];
