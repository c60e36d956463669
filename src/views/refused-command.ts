/**
 * Finds, in what `kubectl apply` and its kin printed, the refusal that concerns one object. Reads text only: whether the object exists is
 * told by the caller, and the refusal's words are taken apart elsewhere.
 */
import type { Citation, OutputEvidence } from '../model/evidence.ts';
import { kindFromWord } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';

export interface RefusedStatement {
  readonly text: string;
  readonly cite: Citation;
}

interface Statement {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** How kubectl begins an error (kubectl `pkg/cmd/util/helpers.go`: `error: `, `Error from server (Reason): `, `The Pod "x" is invalid: `). */
const BEGINS = /^(?:error: |Error from server\b|Error: |The [A-Za-z][\w.]* "[^"]*" is invalid)/;
/** A line about an object that was taken: `deployment.apps/x created`. */
const TAKEN =
  /^[a-z0-9.]+\/\S+ (?:created|configured|unchanged|patched|deleted|edited|serverside-applied|scaled|replaced|restarted)\b/;
const MOST_LINES = 40;

export function refusedCommand(
  outputs: readonly OutputEvidence[],
  subject: ResourceRef,
  known: { readonly exists: boolean; readonly named: boolean },
): RefusedStatement | undefined {
  for (const output of outputs) {
    const target = targetOf(output.command);
    for (const statement of statementsOf(output.text)) {
      if (!concerns(statement.text, target, subject, known)) continue;
      return {
        text: statement.text,
        cite: {
          evidence: output.id,
          at: { kind: 'lines', from: statement.from, to: statement.to },
          label: 'the API server refuses the object',
        },
      };
    }
  }
  return undefined;
}

function statementsOf(text: string): readonly Statement[] {
  const found: Statement[] = [];
  const lines = text.split('\n');
  let start = -1;
  const end = (to: number): void => {
    if (start < 0) return;
    found.push({ text: lines.slice(start, to).join('\n').trim(), from: start + 1, to });
    start = -1;
  };
  for (const [index, line] of lines.entries()) {
    const begins = BEGINS.test(line);
    if (begins || TAKEN.test(line) || line.trim() === '' || index - start >= MOST_LINES) end(index);
    if (begins) start = index;
  }
  end(lines.length);
  return found;
}

interface Target {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The object that a command names: `patch cm x`, `scale deploy/x -n ns`. */
function targetOf(command: string): Target | undefined {
  const words = command.slice(0, 2000).split(/\s+/);
  const flag = words.findIndex((word) => word === '-n' || word === '--namespace');
  const namespace = flag < 0 ? undefined : words[flag + 1];
  for (const [index, word] of words.entries()) {
    const [head = '', inline] = word.split('/');
    const kind = head === '' ? undefined : kindFromWord(head);
    const name = inline ?? words[index + 1];
    if (kind === undefined || name === undefined || name.startsWith('-')) continue;
    return { kind: kind.kind, name, ...(namespace === undefined ? {} : { namespace }) };
  }
  return undefined;
}

function concerns(
  text: string,
  target: Target | undefined,
  subject: ResourceRef,
  known: { readonly exists: boolean; readonly named: boolean },
): boolean {
  // What was refused when it was created, and is there all the same, was accepted later.
  if (known.exists && /error when creating|no matches for kind/.test(text)) return false;
  const said = namedIn(text);
  if (said !== undefined) {
    return said.name === subject.name && (said.namespace === undefined || said.namespace === subject.namespace);
  }
  if (target !== undefined) {
    return (
      target.kind === subject.kind &&
      target.name === subject.name &&
      (target.namespace ?? subject.namespace) === subject.namespace
    );
  }
  // The words name no object: they are about the one that was asked for and is not there.
  return !known.exists && known.named;
}

function namedIn(text: string): { readonly name: string; readonly namespace?: string } | undefined {
  const mapping = /name: "([^"]{1,253})" namespace: "([^"]{0,63})"/.exec(text);
  if (mapping?.[1] !== undefined) {
    return { name: mapping[1], ...(mapping[2] === undefined || mapping[2] === '' ? {} : { namespace: mapping[2] }) };
  }
  const name = /[A-Za-z][\w.]{0,200} "([^"]{1,253})" is (?:invalid|forbidden)/.exec(text)?.[1];
  return name === undefined ? undefined : { name };
}
