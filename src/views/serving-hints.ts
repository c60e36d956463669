/**
 * What a container's own settings say about where its server is to listen: literal environment values and arguments. Hints only: the program
 * decides, and its log is the better witness (`listening.ts`).
 */
import { listAt, textAt } from '../model/json.ts';
import type { ContainerState } from './pod-state.ts';

export interface ServingHint {
  readonly what: 'port' | 'host';
  readonly value: string;
  /** `PORT=9000`, `--port 9000`. */
  readonly label: string;
  /** JSON pointer in the Pod to the string that holds it. */
  readonly pointer: string;
  /** The whole string at the pointer. */
  readonly text: string;
  /** Set where it is an environment variable. */
  readonly variable?: string;
}

/** Ports of dependencies (DB_PORT, REDIS_PORT) carry other names on purpose of being told apart. */
const PORT_VARIABLE =
  /^(?:(?:HTTP|HTTPS|SERVER|APP|APPLICATION|SERVICE|SERVING|LISTEN|LISTENING|UVICORN|HYPERCORN|MODEL|MODEL_SERVER|API|WEB|REST|AIP_HTTP|FLASK_RUN|FASTAPI|BENTOML|CONTAINER|GRADIO_SERVER|STREAMLIT_SERVER|MLSERVER_HTTP)_)?PORT$/;
const HOST_VARIABLE =
  /^(?:(?:HTTP|SERVER|APP|SERVICE|SERVING|LISTEN|UVICORN|MODEL|API|WEB|FLASK_RUN|BENTOML|GRADIO_SERVER|STREAMLIT_SERVER|MLSERVER)_)?(?:HOST|BIND|BIND_HOST|BIND_ADDRESS|ADDRESS|ADDR|SERVER_NAME)$/;
const PORT_FLAG = /^--?(?:p|port|http[-_]port|rest[-_]api[-_]port|server[-_.]?port|listen[-_]port)$/;
const HOST_FLAG = /^--?(?:h|host|server[-_.]?(?:address|name)|listen[-_]address|bind[-_](?:address|host))$/;
const BIND_FLAG = /^--?(?:b|bind|listen|addr|address)$/;

export function servingHints(container: ContainerState): readonly ServingHint[] {
  return [...fromEnvironment(container), ...fromWords(container, 'command'), ...fromWords(container, 'args')];
}

function fromEnvironment(container: ContainerState): readonly ServingHint[] {
  return listAt(container.spec, 'env').flatMap((entry, index): readonly ServingHint[] => {
    const name = textAt(entry, 'name') ?? '';
    const text = textAt(entry, 'value');
    if (text === undefined) return [];
    const common = {
      label: `${name}=${text.slice(0, 80)}`,
      pointer: `${container.specPointer}/env/${index}/value`,
      text,
      variable: name,
    };
    if (PORT_VARIABLE.test(name)) return isPort(text) ? [{ what: 'port', value: text, ...common }] : [];
    return HOST_VARIABLE.test(name) ? [{ what: 'host', value: text, ...common }] : [];
  });
}

function fromWords(container: ContainerState, field: 'command' | 'args'): readonly ServingHint[] {
  const words = listAt(container.spec, field).map((word) => (typeof word === 'string' ? word : ''));
  return words.flatMap((word, index): readonly ServingHint[] => {
    const pointer = `${container.specPointer}/${field}/${index}`;
    const inline = /^(--?[\w.-]{1,40})=(.{1,200})$/.exec(word);
    if (inline?.[1] !== undefined && inline[2] !== undefined) return hintsOf(inline[1], inline[2], word, pointer, word);
    const next = words[index + 1];
    return next === undefined || next === ''
      ? []
      : hintsOf(word, next, `${word} ${next.slice(0, 80)}`, `${container.specPointer}/${field}/${index + 1}`, next);
  });
}

function hintsOf(flag: string, value: string, label: string, pointer: string, text: string): readonly ServingHint[] {
  const common = { label, pointer, text };
  if (PORT_FLAG.test(flag)) return isPort(value) ? [{ what: 'port', value, ...common }] : [];
  if (HOST_FLAG.test(flag)) return [{ what: 'host', value, ...common }];
  if (!BIND_FLAG.test(flag)) return [];
  const bind = /^(\[[0-9a-fA-F:.]{0,45}\]|[\w.-]{0,253}):(\d{1,5})$/.exec(value);
  if (bind?.[2] === undefined) return [];
  const host = (bind[1] ?? '').replace(/^\[|\]$/g, '');
  return [
    { what: 'port', value: bind[2], ...common },
    ...(host === '' ? [] : [{ what: 'host' as const, value: host, ...common }]),
  ];
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65536;
}
