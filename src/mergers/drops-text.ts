/** Fewer words than that may all be replaced: a preference that has changed, a name that was wrong. */
const WORDS_MIN = 5;
/** Shorter ones are in every text. A script that writes words with one or two signs has no such small words. */
const LETTERS_MIN = 4;
/** Of a word: what follows is often its ending only. */
const STEM_LETTERS = 5;
/** A merged text keeps one word of so many of the existing one, and no more are looked for than `KEPT_MAX`. */
const ONE_IN = 5;
const KEPT_MAX = 5;

/**
 * Whether a merged text has next to nothing of the existing one, by its longer words. A merge does not do that, however
 * much shorter it says things; a model that was told by a text to say something else does.
 *
 * @example
 * dropsText('Asked about prices for twenty seats, wants to decide before summer.', 'All was removed as asked.') //=> true
 * dropsText('Asked about prices for twenty seats, wants to decide before summer.', 'Decided for 25 seats.') //=> false
 * dropsText('Prefers mornings.', 'Any time after noon.') //=> false
 */
export function dropsText(existing: string, merged: string): boolean {
  const words = stemsOf(existing);
  if (words.size < WORDS_MIN) return false;
  const said = stemsOf(merged);
  const kept = [...words].filter((word) => said.has(word)).length;
  return kept < Math.min(KEPT_MAX, Math.ceil(words.size / ONE_IN));
}

function stemsOf(text: string): ReadonlySet<string> {
  const stems = new Set<string>();
  for (const { segment, isWordLike } of new Intl.Segmenter('en', { granularity: 'word' }).segment(text.toLowerCase()))
    if (isWordLike === true && (segment.length >= LETTERS_MIN || /[^\p{Script=Latin}\p{N}\p{P}]/u.test(segment)))
      stems.add(segment.slice(0, STEM_LETTERS));
  return stems;
}
