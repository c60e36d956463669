/**
 * The models that the server behind an object serves, by its own word where requests asked for them, else by the arguments of its program. It
 * knows no request that failed.
 */
import type { Citation } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { exchangeJudgement } from './exchange-judgement.ts';
import { jsonAnswer, nameIn } from './exchange-client.ts';
import type { JudgedExchange } from './exchange-target.ts';
import { ownerTree } from './owner-tree.ts';

export interface ServedModels {
  /** The server's own list; empty where it says that it has none. Undefined where nobody asked for it. */
  readonly listed?: { readonly names: readonly string[]; readonly cite: Citation };
  /** Models that requests got an answer from. */
  readonly answering: readonly { readonly name: string; readonly cite: Citation }[];
  /** The name that the program is told to serve. */
  readonly told?: { readonly name: string; readonly cite: Citation };
}

export const servedModels = defineView<ServedModels>({
  id: 'served-models',
  needs: [],
  uses: [exchangeJudgement, ownerTree],
  derive(context, subject) {
    const { answered, failing } = context.use(exchangeJudgement, subject);
    if (answered.length === 0 && failing.length === 0) return { answering: [] };
    const list = answered.findLast((one) => one.asks?.lists === true && namesIn(one) !== undefined);
    const names = list === undefined ? undefined : namesIn(list);
    const told = context
      .use(ownerTree, subject)
      .descendants.filter((object) => object.ref.kind === 'Pod' || object.ref.kind === 'Revision')
      .map(toldName)
      .find((found) => found !== undefined);
    return {
      ...(list === undefined || names === undefined
        ? {}
        : { listed: { names, cite: list.cite(`models that the server lists: ${names.join(', ') || 'none'}`) } }),
      answering: answered.flatMap((one) =>
        one.asks?.model === undefined || one.asks.encodedColon
          ? []
          : [{ name: one.asks.model, cite: one.cite(`model ${one.asks.model} answers`) }],
      ),
      ...(told === undefined ? {} : { told }),
    };
  },
});

const MOST_NAMES = 200;

/** `{"models":["a"]}` of v1 and v2, `{"data":[{"id":"a"}]}` of OpenAI's, `[{"name":"a"}]` of a Triton repository. */
function namesIn(one: JudgedExchange): readonly string[] | undefined {
  const answer = jsonAnswer(one);
  const list = Array.isArray(answer) ? answer : textLists(answer);
  return list?.slice(0, MOST_NAMES).flatMap((entry) => nameIn(entry) ?? []);
}

function textLists(answer: unknown): readonly unknown[] | undefined {
  for (const key of ['models', 'data'] as const) {
    const list = listAt(answer, key);
    if (list.length > 0 || isEmptyList(answer, key)) return list;
  }
  return undefined;
}

function isEmptyList(answer: unknown, key: string): boolean {
  return typeof answer === 'object' && answer !== null && Object.hasOwn(answer, key);
}

/** kserve servers take --model_name, vLLM --served-model-name. */
const OPTION = /^--(?:model[_-]name|served[_-]model[_-]name)(?:=(.+))?$/;

function toldName(object: KubeObject): { readonly name: string; readonly cite: Citation } | undefined {
  for (const [index, container] of listAt(object.body, 'spec', 'containers').entries()) {
    for (const field of ['command', 'args'] as const) {
      const words = listAt(container, field);
      for (const [place, word] of words.entries()) {
        const match = typeof word === 'string' ? OPTION.exec(word) : null;
        const next = words[place + 1];
        const name = match?.[1] ?? (match && typeof next === 'string' ? next : undefined);
        if (name === undefined || name.includes('{{')) continue;
        const at = match?.[1] === undefined ? place + 1 : place;
        const label = `container ${textAt(container, 'name') ?? ''} is told to serve ${name}`;
        return { name, cite: object.cite(label, `/spec/containers/${index}/${field}/${at}`) };
      }
    }
  }
  return undefined;
}
