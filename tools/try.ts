/**
 * For rule authors: runs all rules over captures and prints what each found, apart from the graph and the report.
 *   node tools/run.mjs tools/try.ts SCENARIO|CAPTURE… [--on KIND/NAME] [-n NAMESPACE] [--all]
 */
import { readCapture } from '../src/collect/captures/read-capture.ts';
import { closureOf } from '../src/graph/closure.ts';
import { appliesTo, runRule } from '../src/engine/run-rule.ts';
import { createViewContext } from '../src/engine/view-context.ts';
import { kindFromWord, apiVersionOf } from '../src/model/kinds.ts';
import { refKey, type ResourceRef } from '../src/model/reference.ts';
import { rules } from '../src/rules/index.gen.ts';
import { createReader } from '../src/snapshot/reader.ts';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const argv = process.argv.slice(2);
const captures: string[] = [];
let on: string | undefined;
let namespace = 'default';
let all = false;
for (let index = 0; index < argv.length; index += 1) {
  const word = argv[index] ?? '';
  if (word === '--on') on = argv[(index += 1)];
  else if (word === '-n') namespace = argv[(index += 1)] ?? namespace;
  else if (word === '--all') all = true;
  else captures.push(word);
}

for (const name of captures) {
  // The name of a recorded scenario, or the path of any capture.
  const scenario = path.join(import.meta.dirname, '..', 'test', 'scenarios', name);
  const capture = existsSync(name) ? name : path.join(scenario, 'capture.tgz');
  const snapshot = await readCapture(capture);
  const context = createViewContext(createReader(snapshot));
  const truth = [path.join(name, 'truth.yaml'), path.join(scenario, 'truth.yaml')].find((file) => existsSync(file));
  const text = truth === undefined ? '' : readFileSync(truth, 'utf8');
  const slug = /^ {2}slug: (\S+)/m.exec(text)?.[1] ?? (/^cause: none/m.test(text) ? 'none' : '?');
  const askedKind = /^asked:\n {2}kind: (\S+)\n(?: {2}namespace: (\S+)\n)? {2}name: (\S+)/m.exec(text);
  const [kind, objectName] =
    on === undefined ? [askedKind?.[1] ?? '', askedKind?.[3] ?? ''] : (on.split('/') as [string, string]);
  const inNamespace = on === undefined ? askedKind?.[2] : namespace;
  const info = kindFromWord(kind);
  process.stdout.write(`\n=== ${name}  truth: ${slug}  asked ${kind}/${objectName}\n`);
  const symptoms = new Set<string>();
  for (const piece of snapshot.evidence) {
    if (piece.type !== 'object') continue;
    for (const rule of rules) {
      if (rule.looksAt !== 'always' || !appliesTo(rule, piece.subject)) continue;
      const verdict = runRule(rule, piece.subject, context, false);
      if (verdict.state === 'crashed')
        process.stdout.write(`  CRASH ${rule.code} ${piece.subject.kind}/${piece.subject.name}: ${verdict.error}\n`);
      if (verdict.state !== 'found') continue;
      symptoms.add(refKey(piece.subject));
      process.stdout.write(`  symptom ${rule.code} ${verdict.findings[0].message.text}\n`);
    }
  }
  const asked: ResourceRef = {
    apiVersion: info ? apiVersionOf(info) : 'v1',
    kind: info?.kind ?? kind,
    name: objectName,
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
  };
  const members = new Map(closureOf(context, asked).members.map((ref) => [refKey(ref), ref]));
  for (const piece of snapshot.evidence)
    if (piece.type === 'object' && symptoms.has(refKey(piece.subject)))
      members.set(refKey(piece.subject), piece.subject);
  for (const ref of members.values()) {
    for (const rule of rules) {
      if (rule.looksAt === 'always' || !appliesTo(rule, ref)) continue;
      if ((rule.looksAt ?? 'unhealthy') === 'unhealthy' && !symptoms.has(refKey(ref))) continue;
      const verdict = runRule(rule, ref, context, true);
      if (verdict.state === 'found') {
        for (const finding of verdict.findings) {
          process.stdout.write(
            `  CAUSE ${finding.code} ${finding.name}${finding.general ? ' (general)' : ''} [${finding.certainty}] ${finding.message.text}\n        at fault ${finding.subject.kind} ${finding.subject.namespace ?? ''}/${finding.subject.name}${finding.container === undefined ? '' : ` container ${finding.container}`}; on ${ref.kind}/${ref.name}; cites ${finding.citations.map((citation) => citation.evidence).join(' ')}\n`,
          );
        }
      } else if (verdict.state === 'crashed' || all) {
        process.stdout.write(
          `  ${verdict.state} ${rule.code} on ${ref.kind}/${ref.name}: ${JSON.stringify('because' in verdict ? verdict.because : 'error' in verdict ? verdict.error : 'gaps' in verdict ? verdict.gaps.map((gap) => gap.wanted) : '')}\n`,
        );
      }
    }
  }
}
