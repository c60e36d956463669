/**
 * Takes apart what a scheduler says about a pod it cannot place (kube-scheduler `framework/types.go` FitError.Error;
 * Volcano `api/unschedule_info.go`). Responsible for the grammar and for naming each reason, in old and new wordings;
 * whether a reason is right is for the rules.
 */
import { boundMessage, captured, QUOTED } from './go-text.ts';

export type SchedulingReasonKind =
  | 'insufficient'
  | 'too-many-pods'
  | 'node-selector'
  | 'taint'
  | 'unschedulable'
  | 'host-port'
  | 'pod-affinity'
  | 'pod-anti-affinity'
  | 'topology-spread'
  | 'volume-node-affinity'
  | 'volume-zone'
  | 'volume-limit'
  | 'volume-in-use'
  | 'claim-unbound'
  | 'claim-missing'
  | 'claim-being-deleted'
  | 'no-persistent-volume'
  | 'storage-class-missing'
  | 'storage-capacity'
  | 'node-name'
  | 'dynamic-resource'
  | 'gated'
  | 'no-nodes'
  | 'other';

export type SchedulingReason = {
  /** Nodes this reason rules out; a node may be counted in several reasons. */
  readonly count: number;
  readonly text: string;
  readonly kind: SchedulingReasonKind;
  /** With `insufficient`, e.g. `nvidia.com/gpu`. */
  readonly resource?: string;
  /** With `taint`, `key=value` or `key`; releases from 1.34 on do not say it. */
  readonly taint?: string;
  readonly claim?: string;
  readonly storageClass?: string;
};

export type SchedulingMessage = {
  /** Nodes the scheduler looked at; 0 where the message does not say. */
  readonly nodes: number;
  readonly reasons: readonly SchedulingReason[];
  /** What came of preemption, e.g. `0/2 nodes are available: 2 Preemption is not helpful for scheduling.` */
  readonly preemption?: string;
  readonly raw: string;
};

const HEAD = /\b0\/(\d{1,6}) nodes are (?:un)?available(?:: ?|\.|$)/;
/** Scheduler events are cut to 1024 bytes and end so (`schedule_one.go` truncateMessage). */
const CUT_OFF = ' ...';

/** Undefined where the text is no scheduler's. */
export function parseSchedulingMessage(message: string): SchedulingMessage | undefined {
  const raw = boundMessage(message);
  const head = HEAD.exec(raw);
  if (!head) return parseWithoutNodes(raw);

  const nodes = Number(head[1]);
  const wasCut = raw.endsWith(CUT_OFF);
  const rest = raw.slice(head.index + head[0].length, wasCut ? -CUT_OFF.length : undefined);
  const end = rest.search(/\.{1,8}\s{1,8}(?=[A-Za-z])/);
  const filters = (end < 0 ? rest : rest.slice(0, end)).replace(/\.{1,8}\s{0,8}$/, '').trim();
  const after = end < 0 ? '' : rest.slice(end).replace(/^\.+\s+/, '');
  const preemption = /(?:^|, )preemption: ([\s\S]*)$/.exec(after)?.[1]?.replace(/\.{2,8}$/, '.');
  return {
    nodes,
    reasons: filters === '' ? [] : reasonsOf(filters, nodes, wasCut && end < 0),
    ...(preemption === undefined ? {} : { preemption }),
    raw,
  };
}

function reasonsOf(filters: string, nodes: number, lastWasCut: boolean): SchedulingReason[] {
  // A text of a PreFilter plugin has no count: it rules out every node.
  if (!/^\d+ /.test(filters)) return [classify(filters, nodes, lastWasCut)];
  const parts = filters.split(/, (?=\d+ )/);
  return parts.map((part, index) => {
    const [, count = '0', text = part] = /^(\d+) ([\s\S]*)$/.exec(part) ?? [];
    return classify(text, Number(count), lastWasCut && index === parts.length - 1);
  });
}

/** Scheduling gates, an empty cluster, and errors of a plugin come without a count of nodes. */
function parseWithoutNodes(raw: string): SchedulingMessage | undefined {
  const reason = classify(raw, 0, false);
  return reason.kind === 'other' ? undefined : { nodes: 0, reasons: [reason], raw };
}

const CLAIM = new RegExp(`(?:persistentvolumeclaim|claim|PVC) ${QUOTED}`, 'i');

/** Texts of the plugins in `pkg/scheduler/framework/plugins`, first match wins. */
const KINDS: readonly (readonly [SchedulingReasonKind, RegExp])[] = [
  ['no-nodes', /^no nodes available to schedule pods|^all nodes are unavailable$/],
  ['gated', /waiting for scheduling gates|non-empty scheduling gates/],
  ['insufficient', /^Insufficient \S|^node\(s\) resource fit failed/],
  ['too-many-pods', /^Too many pods|^node\(s\) pod number exceeded/],
  ['taint', /^node\(s\) had (?:untolerated )?taint/],
  ['unschedulable', /^node\(s\) were unschedulable/],
  ['host-port', /^node\(s\) didn't have free ports/],
  ['node-name', /^node\(s\) didn't match the requested (?:node name|hostname)/],
  [
    'pod-anti-affinity',
    /^node\(s\) didn't (?:match pod anti-affinity|satisfy existing pods anti-affinity|match pod affinity\/anti-affinity)/,
  ],
  ['pod-affinity', /^node\(s\) didn't match pod affinity/],
  [
    'node-selector',
    /^node\(s\) didn't match (?:Pod's node affinity|scheduler-enforced node affinity|node selector)|^pod affinity terms conflict/,
  ],
  ['topology-spread', /^node\(s\) didn't match pod topology spread constraints/],
  ['volume-node-affinity', /PersistentVolume's node affinity|had volume node affinity conflict/],
  ['volume-zone', /had no available volume zone/],
  ['volume-limit', /exceed max volume count/],
  ['volume-in-use', /ReadWriteOncePod access mode already in-use|^node\(s\) had no available disk/],
  ['claim-unbound', /pod has unbound immediate PersistentVolumeClaims/i],
  ['claim-being-deleted', /persistentvolumeclaim "(?:[^"\\]|\\.)*" is being deleted/i],
  [
    'no-persistent-volume',
    /didn't find available persistent volumes|bound to non-existent p(?:ersistentvolume|v\b|v\(s\))/,
  ],
  [
    'claim-missing',
    /persistentvolumeclaim "(?:[^"\\]|\\.)*" not found|waiting for ephemeral volume controller to create/i,
  ],
  [
    'storage-class-missing',
    /failed to find storage class|storageclass\S* "(?:[^"\\]|\\.)*" not found|no class for claim/i,
  ],
  ['storage-capacity', /did not have enough free storage/],
  [
    'dynamic-resource',
    /cannot allocate all claims|resource ?claims? |resourceclaim|invalid resource pools|device class \S+ does not exist|timed out trying to allocate devices|device binding (?:timeout|failed)/i,
  ],
];

function classify(text: string, count: number, wasCut: boolean): SchedulingReason {
  const kind = KINDS.find(([, words]) => words.test(text))?.[0] ?? 'other';
  const plain = { count, text, kind };
  if (kind === 'insufficient') {
    const resource = /^Insufficient (\S+)/.exec(text)?.[1];
    return resource === undefined || wasCut ? plain : { ...plain, resource };
  }
  if (kind === 'taint') {
    const taint = taintOf(text);
    return taint === undefined ? plain : { ...plain, taint };
  }
  if (kind === 'storage-class-missing') {
    const storageClass = captured(text, new RegExp(`(?:storage class|storageclass\\S*) ${QUOTED}`, 'i'));
    return storageClass === undefined ? plain : { ...plain, storageClass };
  }
  const claim = captured(text, CLAIM);
  return claim === undefined ? plain : { ...plain, claim };
}

/** Releases up to 1.33 print `{key: value}`; the value is empty for taints that have none. */
function taintOf(text: string): string | undefined {
  const [, key, value = ''] = /taints? \{([^{}:]+):([^{}]*)\}/.exec(text) ?? [];
  if (key === undefined) return undefined;
  return value.trim() === '' ? key.trim() : `${key.trim()}=${value.trim()}`;
}
