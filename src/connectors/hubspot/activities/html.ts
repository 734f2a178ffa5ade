const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const CHARACTERS = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity, character]));

/**
 * Plain text as HubSpot shows it on a timeline, which it does as HTML.
 *
 * @example
 * htmlOf('a < b\nc') //=> 'a &lt; b<br>c'
 */
export const htmlOf = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!).replaceAll(/\r\n|\r|\n/g, '<br>');

/** The text of what HubSpot gives back: it may have wrapped it, or spelled it in another way. */
export const textOf = (html: string): string =>
  html.replaceAll(/<[^>]*>/g, '\n').replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS.get(entity)!);

/** The longest beginning of a text that is not longer than `max` as HTML; no half character, tag or entity. */
export function htmlWithin(text: string, max: number): string {
  let html = '';
  for (const character of text.replaceAll(/\r\n|\r/g, '\n')) {
    const next = htmlOf(character);
    if (html.length + next.length > max) break;
    html += next;
  }
  return html;
}
