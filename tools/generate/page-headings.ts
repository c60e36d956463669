/** The headings of a rule's page, in order, with what the template says under each. Data only. */
export const PAGE_HEADINGS = [
  ['What you see', 'FILL IN: verbatim strings that people paste into a search box.'],
  ['What it means', 'FILL IN: why this stops the deployment, in two or three sentences.'],
  ['How Inferscope knows', 'FILL IN: which evidence; what makes it confirmed, likely or possible.'],
  ['Not to be confused with', 'FILL IN: look-alikes with their codes.'],
  ['Fix', 'FILL IN: commands, what they change, how to undo them.'],
  ['Check it worked', 'FILL IN: one command.'],
  ['Known limits', 'FILL IN: when this is silent or wrong; versions that it was seen on.'],
  ['References', 'FILL IN: upstream source or documentation.'],
] as const;

/** The headings of a page of stage 0, the tool. */
export const PROBLEM_HEADINGS = ['What you see', 'What it means', 'What to do'] as const;
