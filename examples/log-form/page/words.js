/**
 * What the person at the form reads. Messages and remedies of issues are for whoever made the form, so that codes are said here in
 * the words of the desk; for a code that is not known here, they are better than nothing.
 */
const WORDS = {
  several_options: ({ options }) => (options ? `${options.length} to choose from: pick one.` : WORDS.missing()),
  policy_undecided: ({ options }) => (options ? 'Several fit equally: pick one.' : WORDS.missing()),
  one_tie_only: () => 'Only one of these can be tied to the call: pick one, and none for the others.',
  several_contact_types: () => 'Say first what is made.',
  missing: () => 'This needs an answer.',
  too_long: ({ message }) => `The text is too long: it ${message}.`,
  not_offered: () => 'This is not offered any more: pick another one.',
  options_failed: () => 'The list could not be loaded. The call can be logged without it.',
  options_not_loaded: () => 'The list could not be loaded, so this can’t be checked: try again, or leave it out.',
};

export function wordsOf(problem) {
  const known = WORDS[problem.code]?.(problem);
  if (known !== undefined) return known;
  const text = `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}`;
  return `${/[.?!]$/.test(text) ? text : `${text}.`} ${problem.remedy}`;
}

/** `+14155550123` as people read it. */
export const phoneText = (phone) => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 ($1) $2-$3');
