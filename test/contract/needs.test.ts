/** What a rule declares to need is what its views read: the collector's plan and the agent's permissions are derived from it. */
import { test } from 'vitest';
import { needsOf } from '../../src/engine/plan.ts';
import type { View } from '../../src/model/reader.ts';
import { titleOf } from '../../src/model/kinds.ts';
import { groupOf, type ResourceRef } from '../../src/model/reference.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { allExamples, rulesUnderTest, type Example } from './corpus.ts';
import { unreadNeeds } from './exceptions.ts';
import { needText, objectRead } from './recorder.ts';
import { expectNone } from '../expect-none.ts';

/** Events and logs are read for any object; a `*` means the kind of the subject. */
function declares(view: View<unknown>, read: string, subject: ResourceRef): boolean {
  const own = objectRead(subject.kind, groupOf(subject.apiVersion));
  return view.needs.some((need) => needText(need) === read || (need.kind === '*' && read === own));
}

/** A bare kind stands for it in all groups, but not for a namesake. */
function withoutGroup(read: string): string {
  const [, kind = '', group = ''] = /^object ([^.]+)\.(.+)$/.exec(read) ?? [];
  return titleOf({ apiVersion: `${group}/v1`, kind }) === kind ? `object ${kind}` : read;
}

test('a view declares what it reads and which views it uses', async () => {
  const problems = new Set<string>();
  for (const { runs } of await allExamples()) {
    for (const { recorder } of runs.slice(0, 1)) {
      for (const { view, subject, reads, used } of recorder.records.values()) {
        for (const read of reads) {
          if (!declares(view, read, subject)) problems.add(`view ${view.id} reads "${read}": add it to its needs`);
        }
        for (const other of used) {
          if (!(view.uses ?? []).some((declared) => declared.id === other.view.id))
            problems.add(`view ${view.id} uses ${other.view.id}: add it to its uses`);
        }
      }
    }
  }
  expectNone(problems);
});

test.each(rulesUnderTest().map((rule) => [`${rule.code} ${rule.name}`, rule] as const))(
  '%s reads nothing that its needs do not name',
  async (_, rule) => {
    const declared = new Set(needsOf(rule).map(needText));
    const undeclared = new Set<string>();
    for (const { runs } of await allExamples()) {
      for (const run of runs) {
        if (run.rule.code !== rule.code) continue;
        for (const view of Object.values(rule.needs)) {
          for (const read of run.recorder.readsOf(view, run.on)) {
            if (!declared.has(read) && !declared.has(withoutGroup(read)))
              undeclared.add(`${read}: needsOf(${rule.code}) does not name it (view ${view.id}, ${run.source})`);
          }
        }
      }
    }
    expectNone(undeclared);
  },
);

test('every declared need is read by some case or scenario', async () => {
  const examples = await allExamples();
  const unread: string[] = [];
  for (const view of allViews()) {
    const reads = readsOfView(view, examples);
    for (const need of view.needs) {
      if (need.kind === '**') continue;
      if (need.kind === '*' ? reads.size > 0 : reads.has(needText(need))) continue;
      unread.push(`${view.id}: ${needText(need)}`);
    }
  }
  const fresh = unread.filter((entry) => !unreadNeeds.includes(entry));
  expectNone(fresh, 'declared but never read: drop the need, or add a case that reads it');
  const gone = unreadNeeds.filter((entry) => !unread.includes(entry));
  expectNone(gone, 'read by now: take these off unreadNeeds in test/contract/exceptions.ts');
});

function allViews(): readonly View<unknown>[] {
  const views = new Map<string, View<unknown>>();
  const visit = (view: View<unknown>): void => {
    if (views.has(view.id)) return;
    views.set(view.id, view);
    for (const used of view.uses ?? []) visit(used);
  };
  for (const rule of rules) for (const view of Object.values(rule.needs)) visit(view);
  return [...views.values()];
}

function readsOfView(view: View<unknown>, examples: readonly Example[]): ReadonlySet<string> {
  const reads = new Set<string>();
  for (const { runs } of examples) {
    for (const { recorder } of runs.slice(0, 1)) {
      for (const record of recorder.records.values()) {
        if (record.view.id !== view.id) continue;
        for (const read of [...record.reads, ...record.met]) reads.add(read);
      }
    }
  }
  return reads;
}

test('no two views share an id', () => {
  const byId = new Map<string, View<unknown>>();
  const twice: string[] = [];
  const visit = (view: View<unknown>, path: readonly View<unknown>[]): void => {
    if (path.includes(view)) return;
    const known = byId.get(view.id);
    if (known !== undefined && known !== view) twice.push(view.id);
    byId.set(view.id, view);
    if (known === view) return;
    for (const used of view.uses ?? []) visit(used, [...path, view]);
  };
  for (const rule of rules) for (const view of Object.values(rule.needs)) visit(view, []);
  expectNone(twice);
});
