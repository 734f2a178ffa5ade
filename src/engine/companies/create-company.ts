import { parseFieldPatch } from '../../core/schema/schema.ts';
import type { FieldPatch, Schema } from '../../core/schema/schema-types.ts';
import type { Fields } from '../../core/values/value.ts';
import { refusedDocument } from '../../errors.ts';
import { untilCommitted } from '../commit.ts';
import { type Contact, contactOf } from '../contact.ts';
import { type Context, fieldsOf } from '../context.ts';
import { keyTaken } from '../edit/refusals.ts';
import { takenKeys } from '../edit/taken-keys.ts';
import { historyEntry } from '../history.ts';
import { keyEntries } from '../identity/key-entries.ts';
import { movedKeys } from '../match-keys.ts';
import { Session } from '../session.ts';

/** Makes a company by hand. Its keys are claimed, so that a pull which meets the same company at the time finds this one (R19). */
export async function createCompany<C extends Schema>(context: Context, fields: FieldPatch<C>, by: string): Promise<Contact<C>> {
  const { defaultCountry } = context.options;
  const parsed = parseFieldPatch(context.schema, fields, defaultCountry === undefined ? {} : { defaultCountry });
  if (!parsed.ok) throw refusedDocument('The fields of a company', parsed.issues);
  const set: Fields = fieldsOf(context, parsed.value);
  const changes = Object.entries(parsed.value).flatMap(([field, after]) =>
    after === null ? [] : [{ field, before: null, after, rule: 'manual', reason: 'created' }],
  );
  const session = new Session(context);
  const { committed } = await untilCommitted(context, session, async () => {
    const at = session.storeNow();
    const contact = { row: 0 };
    const entries = [
      ...(await keyEntries(context, { contact, before: {}, set, at })),
      historyEntry(context, contact, { at: new Date(at).toISOString(), source: { flow: 'manual', by }, changes }),
    ];
    for (const [, field] of await takenKeys(context, [{ contactId: '', ...movedKeys(context, {}, set) }]))
      throw keyTaken(null, field, context.schema.entity);
    return {
      result: undefined,
      changes: { rows: [{ kind: 'insert', entity: context.schema.entity, suggestedId: context.ids(), set }], entries },
    };
  });
  const id = committed?.ids[0] as string;
  context.notify({ type: 'contact.changed', contactId: id, fields: changes.map(({ field }) => field), cause: 'manual' });
  const [row] = await context.store.load({ ids: [id] });
  return contactOf<C>(context, row!);
}
