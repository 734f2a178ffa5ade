import type { Fields } from '../values/value.ts';

/** Those that have a value. */
export const keptFields = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
