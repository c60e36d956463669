/**
 * Takes from the beginning of a line what others put there: the time of a build's log or of `kubectl logs`, the supervisor of an old image, the box of
 * Terraform, the quotation of a mail. What is left is what Azure wrote. Pure; it judges no content.
 */

/** Each is taken once, in any order. */
const IN_FRONT: readonly RegExp[] = [
  // GitHub Actions, Azure DevOps, kubectl --timestamps; runit's chpst in images of Azure ML writes a comma before the fraction.
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)?\s/,
  /^\| ?[\w.-]{1,40}\/run ?\| ?/,
  // Terraform's box, Markdown's and a mail's quotation, pytest and papermill.
  /^[ \t]{0,8}(?:[│|>] ?){1,4}/,
  /^E {3,12}/,
  // PowerShell tells which program wrote to standard error.
  /^az(?:\.cmd|\.exe)? : /,
  // az shows that it waits.
  /^\.{2,4000} ?(?=[A-Z([{])/,
  /^##\[(?:error|warning|debug)\]/,
];

export function bareLine(line: string): string {
  let bare = line;
  for (const pattern of [...IN_FRONT, ...IN_FRONT]) bare = bare.replace(pattern, '');
  return bare;
}
