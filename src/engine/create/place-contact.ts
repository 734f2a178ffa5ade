import { hashOf } from '../../core/base/hash.ts';
import { isLive } from '../../core/link/link.ts';
import { emptyFields } from '../../core/schema/schema.ts';
import type { MatchValues } from '../../core/sync/plan-types.ts';
import type { Fields, Value } from '../../core/values/value.ts';
import type { EntryChange, Row } from '../../ports/store.ts';
import { type Attempt, untilCommitted } from '../commit.ts';
import { type Context, fieldsOf } from '../context.ts';
import { ERASED_REMEDY, erasedPeople } from '../erasure/suppressions.ts';
import { historyEntry } from '../history.ts';
import { keyEntries } from '../identity/key-entries.ts';
import { releaseWaiting } from '../identity/waiting.ts';
import { claimsOf, keysOf, loadClaims, matchFields } from '../match-keys.ts';
import type { Session } from '../session.ts';
import type { StepChange } from '../step.ts';
import { askedCreate, droppedCreates, loadCreates } from './entry.ts';
import { loadMade, madeChange } from './made-entry.ts';

interface RecordOf {
  readonly object: string;
  readonly id: string;
}

export interface PlaceInput {
  /** Of the operation. */
  readonly key: string;
  /** What the form gives of the contact: filled fields only. */
  readonly fields: Fields;
  /** What its record of the object is to have beside that, kept with the contact: whoever makes the record gives it these. */
  readonly asked: { readonly object: string; readonly values: Readonly<Record<string, Value>> };
  readonly by: string;
  /** Whoever has the keys already is taken; else that is told. */
  readonly adopts: boolean;
  /** Asked before the first try makes anything: the record of the CRM that has the keys. */
  readonly inCrm: () => Promise<RecordOf | null>;
}

/** Whose record is to be made, or why nobody's. */
export type PlacedContact =
  | {
      readonly contactId: string;
      readonly changes: readonly StepChange[];
      /** An earlier try of the operation has placed it. */
      readonly isResumed: boolean;
      /** The record that it has already. */
      readonly record: RecordOf | null;
    }
  | { readonly reason: string; readonly remedy: string; readonly record: RecordOf | null };

/** The contact of the operation: that of an earlier try, whoever has the number or address here, or a new one. Of two tries at once one waits (R19). */
export async function placeContact(context: Context, session: Session, input: PlaceInput): Promise<PlacedContact> {
  const { result, committed } = await untilCommitted(context, session, () => attempt(context, session, input));
  return 'contactId' in result ? { ...result, contactId: committed?.ids[0] ?? result.contactId } : result;
}

async function attempt(context: Context, session: Session, input: PlaceInput): Promise<Attempt<PlacedContact>> {
  const { key, fields, asked, by } = input;
  const at = session.storeNow();
  const hash = hashOf(fields);
  const made = await loadMade(context, key);
  const keys = keysIn(context, fields);
  const claims = await loadClaims(context, keysOf('contact', keys));
  const found =
    made === null ? await holdersOf(context, keys) : await context.store.load({ ids: made.contactId === null ? [] : [made.contactId] });
  const [row, ...others] = found.filter(({ removed }) => removed !== true);
  if (made !== null && row === undefined)
    return refuse('contact_removed', 'The contact was removed since: give the operation another `key` to make it anew.');
  if (others.length > 0) return refuse('ambiguous', 'Several contacts have this number or address: correct all but one of them.');
  const isFirst = made === null;
  const record = row === undefined ? null : recordOf(context, row);
  if (isFirst && !input.adopts) {
    const present = record ?? (await input.inCrm());
    if (present !== null)
      return refuse('duplicate', "The CRM has the record already: log on it, or create with `duplicates: 'adopt'`.", present);
  }
  const source = { flow: 'manual', by } as const;
  if (row !== undefined) {
    const before = fieldsOf(context, row.fields);
    const set = record !== null || made?.hash === hash ? {} : news(context, before, fields, !isFirst);
    const changes = changesOf(before, set);
    const isSame = made?.hash === hash;
    const wanted = record === null ? await askedOf(context, row.id, asked) : [];
    const entries = isSame
      ? wanted
      : [
          ...(await keyEntries(context, { contact: row.id, before, set, at })),
          ...wanted,
          madeChange(key, hash, row.id, made?.version ?? null),
          ...(changes.length > 0 ? [historyEntry(context, row.id, { at: new Date(at).toISOString(), source, changes })] : []),
        ];
    const rows = [{ kind: 'update', contactId: row.id, expected: row.version, set }] as const;
    const result = { contactId: row.id, changes, isResumed: !isFirst, record };
    return { changes: entries.length === 0 ? null : { rows, entries }, result };
  }
  const { erased, fence } = await erasedPeople(context, 'contact', [keys]);
  if (erased[0] === true) return refuse('erased', ERASED_REMEDY);
  const set = { ...emptyFields(context.schema), ...fields };
  const changes = changesOf({}, fields);
  const contact = { row: 0 };
  const id = context.ids();
  const wanted = askedCreate({ object: asked.object, contactId: id, known: undefined }, asked.values, contact);
  const entries = [
    fence,
    ...claimsOf(claims, 'contact', keys, contact, at),
    ...(await releaseWaiting(context, keysOf('contact', keys), at, keysOf('contact', keys))),
    ...(wanted === null ? [] : [wanted]),
    madeChange(key, hash, contact, null),
    historyEntry(context, contact, { at: new Date(at).toISOString(), source, changes }),
  ];
  const rows = [{ kind: 'insert', entity: 'contact', suggestedId: id, set }] as const;
  return { changes: { rows, entries }, result: { contactId: id, changes, isResumed: false, record: null } };
}

async function askedOf(context: Context, contactId: string, { object, values }: PlaceInput['asked']): Promise<readonly EntryChange[]> {
  const known = (await loadCreates(context, object, [contactId])).get(contactId);
  const change = askedCreate({ object, contactId, known }, values);
  return [...(change === null ? [] : [change]), ...(await droppedCreates(context, object, contactId))];
}

const refuse = (reason: string, remedy: string, record: RecordOf | null = null): Attempt<PlacedContact> => ({
  changes: null,
  result: { reason, remedy, record },
});

const keysIn = (context: Context, fields: Fields): MatchValues =>
  Object.fromEntries([...matchFields(context)].flatMap((field) => (typeof fields[field] === 'string' ? [[field, fields[field]]] : [])));

async function holdersOf({ store }: Context, keys: MatchValues): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (const [field, value] of Object.entries(keys))
    for (const row of await store.load({ keys: { entity: 'contact', field, values: [value] } })) rows.set(row.id, row);
  return [...rows.values()];
}

/** What it has of the mapped objects: it gets no second one. */
function recordOf({ mappings }: Context, { links }: Row): RecordOf | null {
  for (const { crmObject } of mappings) {
    const link = links.find(({ object, state, recordId }) => object === crmObject && isLive(state) && recordId !== null);
    if (link !== undefined) return { object: crmObject, id: link.recordId as string };
  }
  return null;
}

/** Blank fields are filled. A corrected form goes over what the first one gave, but for match keys, which others may have by now. */
function news(context: Context, before: Fields, fields: Fields, isCorrection: boolean): Fields {
  const keys = matchFields(context);
  const isNew = ([field, value]: [string, Fields[string]]): boolean =>
    before[field] === null || before[field] === undefined ? true : isCorrection && !keys.has(field) && before[field] !== value;
  return Object.fromEntries(Object.entries(fields).filter(isNew));
}

const changesOf = (before: Fields, set: Fields): readonly StepChange[] =>
  Object.entries(set).map(([field, after]) => ({ field, before: before[field] ?? null, after, rule: 'form', reason: 'created' }));
