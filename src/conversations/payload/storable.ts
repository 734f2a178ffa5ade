import { isStorable } from '../../core/base/text.ts';

/** The text without what no store or CRM takes: NUL is left out, half a character becomes the sign for one that is not known. */
export const storable = (text: string): string =>
  isStorable(text) ? text : text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd');
