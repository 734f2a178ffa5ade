import { webhookError } from '../incoming.ts';

const ID_MAX = 200;

/** What is read with it was no payload of the platform. The message says nothing of what was in it. */
export type Unreadable = (what: string) => Error;

export const unreadable =
  (remedy: string): Unreadable =>
  (what) =>
    webhookError('payload_unreadable', `The payload ${what}.`, remedy);

/** Ids are text. A number beyond 2^53 has already lost digits, so it can't tell two conversations apart. */
export function readId(id: string | number | undefined, refuse: Unreadable): string {
  const text = typeof id === 'number' ? (Number.isSafeInteger(id) ? String(id) : '') : (id ?? '').trim();
  if (text === '' || text.length > ID_MAX) throw refuse('has no usable id');
  return text;
}
