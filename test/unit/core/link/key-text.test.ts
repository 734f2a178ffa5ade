import { expect, it } from 'vitest';
import { keyText } from '../../../../src/core/link/key-text.ts';

it.each<[what: string, field: string, value: string, text: string]>([
  ['an email address is one in any case of its letters', 'email', 'Ada.Lovelace@EXAMPLE.com', 'ada.lovelace@example.com'],
  ['only of ASCII letters, which every database folds alike', 'email', 'ÄDA@example.com', 'Äda@example.com'],
  ['any other text is another one in another case', 'customer_number', 'C-1a', 'C-1a'],
  ['an address in another field too', 'work_email', 'Ada@Example.com', 'Ada@Example.com'],
])('as a match key %s', (_, field, value, text) => expect(keyText(field, value)).toBe(text));
