import type { Millis } from '../../core/values/value.ts';

/** Epoch milliseconds of a time given either way. */
export const millisOf = (at: Date | Millis): Millis => (typeof at === 'number' ? at : at.getTime());
