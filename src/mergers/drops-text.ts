/** Fewer words than that may all be replaced: a preference that has changed, a name that was wrong. */
const WORDS_MIN = 5;
/** Shorter ones are in every text. A script that writes words with one or two signs has no such small words. */
const LETTERS_MIN = 4;

/**
 * Whether a merged text has nothing of the existing one, not one of its longer words. No merge does that; a model that was
 * told by a text to say something else does.
 *
 * @example
 * dropsText('Asked about prices for twenty seats, wants to decide before summer.', 'Meow') //=> true
 * dropsText('Asked about prices for twenty seats, wants to decide before summer.', 'Decided for 25 seats.') //=> false
 * dropsText('Prefers mornings.', 'Any time after noon.') //=> false
 */
export function dropsText(existing: string, merged: string): boolean {
  const words = wordsOf(existing);
  if (words.size < WORDS_MIN) return false;
  const kept = wordsOf(merged);
  return ![...words].some((word) => kept.has(word));
}

function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { segment, isWordLike } of new Intl.Segmenter('en', { granularity: 'word' }).segment(text.toLowerCase()))
    if (isWordLike === true && (segment.length >= LETTERS_MIN || /[^\p{Script=Latin}\p{N}\p{P}]/u.test(segment))) words.add(segment);
  return words;
}
