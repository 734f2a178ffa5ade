import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, unescapeJson } from '../../../../src/stores/sql/escape-json.ts';

const unit = fc.constantFrom('a', 'u', '0', '\\', '\0', '\ud83d', '\ude80', '\uffff', 'ffff', 'd83d', '0000', '"', '\n', '😀');
const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));

describe('JSON for a database that refuses NUL and half characters', () => {
  test.prop([fc.jsonValue(), fc.dictionary(text, text)])('comes back as it was', (value, texts) => {
    for (const json of [JSON.stringify(value), JSON.stringify(texts)])
      expect(JSON.parse(unescapeJson(escapeJson(json)))).toEqual(JSON.parse(json));
  });

  test.prop([text])('holds neither, and says for different texts different things', (value) => {
    const kept = JSON.parse(escapeJson(JSON.stringify(value))) as string;
    expect(kept).not.toMatch(/\p{Surrogate}|\0/u);
    expect(JSON.parse(unescapeJson(JSON.stringify(kept)))).toBe(value);
  });

  it('leaves an escaped backslash before the same letters alone', () => {
    const json = JSON.stringify('C:\\u0000');
    expect(escapeJson(json)).toBe(json);
  });
});
