import type { ObjectInfo } from '../describe.ts';

/** Where the key of a conversation stands in its task, so that it is logged once and can be found again. */
export type KeyPlace =
  | { readonly kind: 'field'; readonly field: string; readonly length: number; readonly unique: boolean }
  /** No field for it: the last line of the text, which can be read but not searched. */
  | { readonly kind: 'line'; readonly field: 'Description' };

const LENGTH = 255;

/**
 * The configured field where the connected user can see, write and search it; else CallObject, which is made for the id
 * of a call in another system; else a line of text.
 *
 * Source: Salesforce Object Reference, Task.
 */
export function keyPlace(info: ObjectInfo, configured: string | undefined): KeyPlace {
  for (const name of configured === undefined ? ['CallObject'] : [configured, 'CallObject']) {
    const field = info.fields.get(name);
    if (field?.creatable && field.filterable && field.type === 'string') {
      return { kind: 'field', field: name, length: field.length ?? LENGTH, unique: field.unique };
    }
  }
  return { kind: 'line', field: 'Description' };
}
