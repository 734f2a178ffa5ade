import type { Fields } from '../../core/values/value.ts';
import type { Row, RowChange } from '../../ports/store.ts';
import { untilCommitted } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { releaseWaiting, releaseWaitingFor } from '../identity/waiting.ts';
import { claimsOf, keysOf, loadClaims, matchFields } from '../match-keys.ts';
import { onePerKey } from '../recheck.ts';
import { Session } from '../session.ts';

/** Contacts that are looked at in one commit, at most. */
const CHANGED_MAX = 200;

/**
 * The host has written to these contacts itself. Each gets a new version, so that every connection's push looks at it, also
 * where one that read the old values is under way; and records that wait for a contact like it, or because of it, are
 * fetched again.
 */
export async function contactsChanged(context: Context, contactIds: readonly string[]): Promise<void> {
  const ids = [...new Set(contactIds)];
  const session = new Session(context);
  for (let start = 0; start < ids.length; start += CHANGED_MAX) {
    const part = ids.slice(start, start + CHANGED_MAX);
    await untilCommitted(context, session, async () => {
      const loaded = await context.store.load({ ids: part });
      const rows = loaded.filter(({ entity, removed }) => removed !== true && entity === context.schema.entity);
      const keys = rows.map((row) => [row.id, textsOf(context, row)] as const);
      const named = [...new Set(keys.flatMap(([, values]) => keysOf(context.schema.entity, values)))];
      // A pull that looked for a contact with such a key before the host wrote it plans again (R19).
      const claims = await loadClaims(context, named);
      const at = session.storeNow();
      const entries = onePerKey([
        ...keys.flatMap(([id, values]) => claimsOf(claims, context.schema.entity, values, id, null)),
        ...(await releaseWaiting(context, named, at, named)),
        ...(await releaseWaitingFor(context, part, at)),
      ]);
      return { result: undefined, changes: { rows: rows.map((row) => touched(context, row)), entries } };
    });
  }
}

/** A field set to what it is gives a contact a new version in every table that does not make its version of the values. */
function touched(context: Context, row: Row): RowChange {
  const fields = fieldsOf(context, row.fields);
  const field = Object.keys(fields).find((name) => fields[name] !== null) ?? 'phone_number';
  return { kind: 'update', contactId: row.id, expected: row.version, set: { [field]: fields[field] ?? null } };
}

/** The match keys that a contact has. */
function textsOf(context: Context, row: Row): Readonly<Record<string, string>> {
  const fields: Fields = fieldsOf(context, row.fields);
  const filled = [...matchFields(context)].flatMap((name): [string, string][] => {
    const value = fields[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return Object.fromEntries(filled);
}
