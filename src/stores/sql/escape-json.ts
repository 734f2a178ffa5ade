/**
 * JSON texts that PostgreSQL's `jsonb` takes. It refuses two things that a text of ours may hold, NUL and half a surrogate
 * pair; JSON writes both as an escape (`\u0000`, `\ud83d`). They are kept behind U+FFFF, which is no character and so is
 * free; a U+FFFF of the text itself is kept the same way.
 *
 * Source: PostgreSQL documentation, JSON Types; ECMAScript, JSON.stringify (well-formed).
 */
export const escapeJson = (text: string): string =>
  text.replace(/\\\\|\\u(0000|d[89a-f][0-9a-f]{2})|\uffff/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\uffff${escaped}`;
    return found === '\uffff' ? '\uffffffff' : found;
  });

/** The JSON that `escapeJson` was given. */
export const unescapeJson = (text: string): string => text.replaceAll(/\uffff([0-9a-f]{4})/g, String.raw`\u$1`);
