import { bytesToHex } from '@noble/hashes/utils.js';
import type { Entity } from '../../core/link/link.ts';
import type { Suppressed } from '../../core/link/suppression.ts';
import type { EntryChange, RowChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import type { Context } from '../context.ts';
import type { KeptConversation } from '../conversation/kept-conversation.ts';
import { withoutContents } from '../conversation/shared-activity.ts';
import { notReleased } from '../identity/released.ts';
import { releaseNotesOf, releaseWaiting } from '../identity/waiting.ts';
import { KIND } from '../kinds.ts';
import { keyOf, loadClaims, matchFields } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import { type LeftRecord, uniqueRecords } from '../removal/left-records.ts';
import { Session } from '../session.ts';
import { type Self, selvesOf } from './selves.ts';
import { ERASURE_KEY, erasureState, loadErasures, suppressionEntry } from './suppressions.ts';

/**
 * One commit removes the contact, its links and everything that is kept about it, on every connection of the workspace, and
 * notes keyed hashes of its records and match keys, so that no pull, call or push makes it again (R21). What is left of the
 * contacts that the person was before goes with it.
 */
export async function eraseContact(context: Context, id: string): Promise<{ readonly records: readonly LeftRecord[] }> {
  const session = new Session(context);
  const { result } = await untilCommitted(context, session, async () => {
    const erasures = await loadErasures(context);
    const secret = erasures.secret ?? context.options.erasureKey ?? newSecret();
    const selves = await selvesOf(context, id);
    const ofAll = async <Found>(find: (self: Self) => Promise<readonly Found[]>): Promise<readonly Found[]> =>
      (await Promise.all(selves.map(find))).flat();
    const keys = await ofAll((self) => keysOf(context, self));
    const records = uniqueRecords(selves.flatMap((self) => self.records));
    const at = session.storeNow();
    const suppressed: Suppressed[] = [...keys.map((key) => ({ entity: 'contact' as Entity, ...key })), ...records];
    const notes = suppressed.map((one) => suppressionEntry(secret, one, at));
    const names = keys.map(({ field, value }) => keyOf('contact', field, value));
    const entries = onePerKey([
      // Moves with every erasure: whoever makes something new at the same time plans again.
      { ...ERASURE_KEY, expected: erasures.version, put: { body: erasureState(context, secret) } },
      ...notes,
      ...(await releaseWaiting(context, names, at, names)),
      ...(await ofAll((self) => releaseNotesOf(context, self.id, at))),
      ...(await claimsOfNobody(context, names)),
      ...(await ofAll((self) => withoutContents(context, self.id))),
      ...(await queuesOf(context, { keys: names, records })),
    ]);
    return { result: { ids: selves.map((self) => self.id), records }, changes: { rows: selves.map(erasedRow), entries } };
  });
  for (const contactId of result.ids) context.notify({ type: 'contact.erased', contactId });
  return { records: result.records };
}

function erasedRow({ id, row }: Self): RowChange {
  const expected = row === undefined ? {} : { expected: row.version };
  const here = (row?.links ?? []).map(({ version }) => version);
  const elsewhere = (row?.elsewhere ?? []).map(({ version }) => version);
  return { kind: 'erase', contactId: id, here, elsewhere, ...expected };
}

const newSecret = (): string => bytesToHex(crypto.getRandomValues(new Uint8Array(32)));

interface Key {
  readonly field: string;
  readonly value: string;
}

/** The match keys that the contact has, and those that it had. */
async function keysOf(context: Context, { id, row }: Self): Promise<readonly Key[]> {
  const claims = await context.store.entries({ scope: 'workspace', kind: KIND.claim, contactId: id, limit: 1_000 });
  const claimed = claims.map(({ key }): Key => ({ field: key.slice(0, key.indexOf(':')), value: key.slice(key.indexOf(':') + 1) }));
  const former = await context.store.entries({ scope: 'workspace', kind: KIND.formerNumber, contactId: id, limit: 1_000 });
  const numbers = former.map(({ key }): Key => ({ field: 'phone_number', value: key.slice(0, key.indexOf('|')) }));
  const present = [...matchFields(context), 'email'].flatMap((field): Key[] => {
    const value = row?.fields[field];
    return typeof value === 'string' ? [{ field, value }] : [];
  });
  return [...new Map([...claimed, ...numbers, ...present].map((key) => [keyOf('contact', key.field, key.value), key])).values()];
}

/** Claims of its keys that name nobody: those that name the contact go with it. */
async function claimsOfNobody(context: Context, names: readonly string[]): Promise<readonly EntryChange[]> {
  const claims = [...(await loadClaims(context, names))].filter(([, { contactId }]) => contactId === null);
  return claims.map(([key, { version }]) => ({ scope: 'workspace', kind: KIND.claim, key, expected: version, put: 'delete' }));
}

const PAGE = 500;

/** What queues hold of the person without the contact's id: this connection's conversations under way, records to be fetched. */
async function queuesOf(
  context: Context,
  { keys, records }: { readonly keys: readonly string[]; readonly records: readonly LeftRecord[] },
): Promise<EntryChange[]> {
  const ours = records.filter(({ connection }) => connection === context.connection);
  const rechecks = ours.map(({ object, recordId }): EntryChange => {
    return { scope: 'connection', kind: KIND.recheck, key: `${object}|${recordId}`, expected: 'any', put: 'delete' };
  });
  const released = records.map(notReleased);
  const conversations: EntryChange[] = [];
  for (let after = ''; ; ) {
    const page = await context.store.entries({ scope: 'connection', kind: KIND.conversation, after, limit: PAGE });
    for (const { scope, kind, key, version, body, contactId } of page) {
      if (contactId !== null) continue; // goes with the contact whose it is
      const { phone, email } = (body as unknown as KeptConversation).conversation.contact;
      const isTheirs =
        keys.includes(keyOf('contact', 'phone_number', phone ?? '')) || keys.includes(keyOf('contact', 'email', email ?? ''));
      if (isTheirs) conversations.push({ scope, kind, key, expected: version, put: 'delete' });
    }
    if (page.length < PAGE) return [...rechecks, ...released, ...conversations];
    after = page.at(-1)?.key ?? '';
  }
}
