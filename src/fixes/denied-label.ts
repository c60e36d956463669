/** Reads, out of an admission policy's own words, which label it misses. A hint for a fix, never evidence. */

/** Words that follow `label` in a sentence without being one. */
const NO_LABEL =
  /^(?:is|are|must|to|on|with|and|or|has|have|not|for|of|in|the|a|an|was|were|value|values|key|keys|selector|required|missing|should|that|which)$/i;

/** `every pod needs the label cost-center`, `you must provide labels: {"owner"}`, `missing required label "team"`. */
export function deniedLabel(denial: string): string | undefined {
  const name = /\blabels?\b[:=\s]{0,3}[{["'`]{0,2}([A-Za-z0-9][\w./-]{0,250})/
    .exec(denial.slice(0, 2000))?.[1]
    ?.replace(/[.]+$/, '');
  return name === undefined || NO_LABEL.test(name) ? undefined : name;
}
