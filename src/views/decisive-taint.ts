/** The taint that keeps a pod off the node that comes nearest, with the nodes that carry it. Reads only what `scheduling` holds. */
import type { Citation } from '../model/evidence.ts';
import type { Decisive } from './decisive-reason.ts';
import type { NodeState } from './node-capacity.ts';
import { taintRole, taintText, type TaintRole } from './node-fit.ts';
import type { Scheduling } from './scheduling.ts';

export interface DecisiveTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
  readonly role: TaintRole;
  readonly text: string;
  /** Nodes with the same taint, not tolerated; empty where nodes were not seen. */
  readonly nodes: readonly NodeState[];
  readonly cite: readonly Citation[];
}

/** Undefined where the taint is not known: releases from 1.34 on do not name it, and the nodes were not seen. */
export function decisiveTaint(scheduling: Scheduling, decisive: Decisive): DecisiveTaint | undefined {
  if (decisive.kind !== 'taint') return undefined;
  const { misfit } = decisive;
  if (misfit?.kind === 'taint') {
    const { taint, role } = misfit;
    const nodes = scheduling.nodes
      .filter((fit) =>
        fit.misfits.some(
          (other) => other.kind === 'taint' && other.taint.key === taint.key && other.taint.value === taint.value,
        ),
      )
      .map((fit) => fit.state);
    return {
      key: taint.key,
      value: taint.value,
      effect: taint.effect,
      role,
      text: taintText(taint),
      nodes,
      cite: nodes.slice(0, 3).map((node) => node.node.cite(`taints of Node ${node.name}`, '/spec/taints')),
    };
  }
  const said = decisive.reason.taint;
  if (said === undefined) return undefined;
  const [key = '', value = ''] = said.split('=');
  return { key, value, effect: '', role: taintRole(key), text: said, nodes: [], cite: [] };
}
