/**
 * Label and field selectors as the API server reads them, for the test server. Pure.
 * Grammar: kubernetes `apimachinery/pkg/labels/selector.go`; supported fields: `pkg/apis/core/v1/conversion.go`.
 */
import { at, textMapAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';

type Test = (object: JsonObject) => boolean;

/** Comma-separated, but not within the parentheses of `in (a,b)`. */
function splitTerms(selector: string): readonly string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function labelTest(term: string): Test | undefined {
  const set = /^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (object) => {
      const value = textMapAt(object, 'metadata', 'labels')[key];
      const inside = value !== undefined && values.includes(value);
      return operator === 'in' ? inside : !inside;
    };
  }
  const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(term);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return (object) => (textMapAt(object, 'metadata', 'labels')[key] === value) === (operator !== '!=');
  }
  const presence = /^(!?)\s*([\w./-]+)$/.exec(term);
  if (!presence) return undefined;
  const [, negation, key = ''] = presence;
  return (object) => Object.hasOwn(textMapAt(object, 'metadata', 'labels'), key) === (negation === '');
}

const FIELDS =
  /^(?:metadata\.(?:name|namespace)|involvedObject\.(?:kind|namespace|name|uid|apiVersion|resourceVersion|fieldPath)|spec\.(?:nodeName|restartPolicy)|status\.phase|reason|type)$/;

function fieldTest(term: string): Test | undefined {
  const parsed = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(term);
  const [, field = '', operator, value = ''] = parsed ?? [];
  if (!FIELDS.test(field)) return undefined;
  const path = field.split('.');
  return (object) => (String(at(object, ...path) ?? '') === value) === (operator !== '!=');
}

/** A test of objects; an error text, as the server words it, where a selector cannot be read. */
export function selectorTest(
  labels: string | null,
  fields: string | null,
): { readonly test: Test } | { readonly error: string } {
  const tests: Test[] = [];
  for (const term of splitTerms(labels ?? '')) {
    const test = labelTest(term);
    if (!test) return { error: `unable to parse requirement: found '${term}'` };
    tests.push(test);
  }
  for (const term of splitTerms(fields ?? '')) {
    const test = fieldTest(term);
    if (!test) return { error: `field label not supported: ${term.split(/[=!]/)[0] ?? ''}` };
    tests.push(test);
  }
  return { test: (object) => tests.every((test) => test(object)) };
}
