/** Every message is produced, filled in, and is a fact: no command, no doubt where it is confirmed. */
import { test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { allExamples, findingsOf, rulesUnderTest } from './corpus.ts';
import { unproducedMessages } from './exceptions.ts';
import { expectNone } from '../expect-none.ts';

interface Told {
  readonly finding: Finding;
  readonly source: string;
}

let told: Promise<readonly Told[]> | undefined;

function toldFindings(): Promise<readonly Told[]> {
  told ??= allExamples().then((examples) =>
    examples.flatMap(({ runs }) =>
      runs.flatMap(({ verdict, source }) => findingsOf(verdict).map((finding) => ({ finding, source }))),
    ),
  );
  return told;
}

// `may` as a permission (`no node that it may use`) is a fact.
const DOUBT =
  /\b(?:might|perhaps|possibly|probably|maybe|seems?|(?:may|could) (?:also |well |not )?(?:be|have|mean|lack|indicate|cause|come))\b/i;
const COMMAND = /\b(?:kubectl|helm|inferscope)\b|`/;
// English has no mark for the imperative; these are the verbs that fixes begin with.
const IMPERATIVE =
  /^(?:Add|Apply|Change|Check|Create|Delete|Fix|Give|Install|Make|Please|Raise|Rebuild|Remove|Rename|Run|Set|Use|Verify)\b/;
const MANNERS = /\b(?:please|simply|oops|sorry|illegal|we|our|you|your)\b/i;

test.each(rulesUnderTest().map((rule) => [`${rule.code} ${rule.name}`, rule] as const))(
  '%s: messages',
  async (_, rule) => {
    const problems = new Set<string>();
    const own = (await toldFindings()).filter(({ finding }) => finding.code === rule.code);
    const produced = new Set(own.map(({ finding }) => finding.message.id));
    for (const id of Object.keys(rule.messages)) {
      const excepted = unproducedMessages.includes(`${rule.code} ${id}`);
      if (!produced.has(id) && !excepted)
        problems.add(`no case and no scenario produces the message "${id}": write a case`);
      if (produced.has(id) && excepted)
        problems.add(
          `"${rule.code} ${id}" is produced by now: take it off unproducedMessages in test/contract/exceptions.ts`,
        );
    }
    for (const [id, template] of Object.entries(rule.messages)) {
      for (const problem of wordingProblems(template)) problems.add(`message "${id}" ${problem}: ${template}`);
    }
    if (/[.!]$/.test(rule.title)) problems.add(`the title ends with a full stop: ${rule.title}`);
    for (const { finding, source } of own) {
      const { message, certainty, basis, consequence } = finding;
      const texts = {
        message: message.text,
        basis,
        consequence: consequence ?? '',
        ...Object.fromEntries(finding.trace.map((step, index) => [`trace ${index + 1}`, step.text])),
      };
      for (const [name, text] of Object.entries(texts)) {
        const slot = unfilledSlot(text, rule.messages[message.id] ?? '');
        if (slot !== undefined) problems.add(`${source}: the ${name} leaves ${slot} unfilled: ${text}`);
        if (/\bundefined\b|\bNaN\b|\[object |\bnull\b/.test(text.replace(/"[^"]*"/g, '')))
          problems.add(`${source}: the ${name} holds a value that is none: ${text}`);
      }
      const template = rule.messages[message.id] ?? '';
      // Judged without its arguments: those are the cluster's words.
      if (certainty === 'confirmed' && DOUBT.test(template))
        problems.add(`message "${message.id}" is confirmed and doubts itself: ${template}`);
      if (basis === '') problems.add(`${source}: the basis is empty: say why it is ${certainty}`);
      for (const affected of finding.affects)
        if (affected.name === '') problems.add(`${source}: it affects an object without a name`);
    }
    expectNone(problems);
  },
);

function wordingProblems(template: string): string[] {
  const plain = template.replace(/\{\w+\}/g, 'X');
  const problems: string[] = [];
  if (/[.!]$/.test(plain)) problems.push('ends with a full stop');
  if (COMMAND.test(plain)) problems.push('contains a command: that belongs into a fix');
  if (IMPERATIVE.test(plain)) problems.push('begins with an imperative: that belongs into a fix');
  if (MANNERS.test(plain)) problems.push(`contains "${MANNERS.exec(plain)?.[0] ?? ''}"`);
  if (plain.includes('FILL IN')) problems.push('still says FILL IN');
  return problems;
}

/** A slot of the template that is still in the text; braces that came in with an argument are the cluster's. */
function unfilledSlot(text: string, template: string): string | undefined {
  return [...template.matchAll(/\{\w+\}/g)].map(([slot]) => slot).find((slot) => text.includes(slot));
}
