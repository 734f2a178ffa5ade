import type { DescribedField } from '../../../core/schema/described.ts';
import type { Json } from '../../../core/values/value.ts';
import { invariant } from '../../../errors.ts';
import { wireText } from '../../../http/wire-text.ts';
import type { Write } from '../../../ports/connector.ts';
import type { AssociationType } from '../association-types.ts';
import { encodeValue } from '../codec.ts';
import { EMPLOYER, EMPLOYER_TYPE, employerOf } from '../employer.ts';
import { BATCH_MAX } from '../limits.ts';
import { objectKind, recordId } from '../objects.ts';

export type Kind = 'create' | 'update' | 'upsert';
export const kindOf = ({ id, uniqueKey }: Write): Kind => (id !== null ? 'update' : uniqueKey ? 'upsert' : 'create');

/** The value of a key as HubSpot can hold it. */
export const keyOf = ({ value }: NonNullable<Write['uniqueKey']>): string => wireText(value);

/** One write as HubSpot takes it. */
export interface WireWrite {
  readonly write: Write;
  readonly properties: Readonly<Record<string, string>>;
  readonly input: Json;
}

/** @throws Error, a broken invariant: which writes go together is the engine's to know. */
export function checkBatch(batch: readonly Write[], kind: Kind): void {
  const { object, uniqueKey } = batch[0]!;
  invariant(batch.length <= BATCH_MAX, `a batch has at most ${BATCH_MAX} writes`);
  invariant(
    batch.every((write) => kindOf(write) === kind && write.object === object),
    'a batch is all creates, all updates or all upserts of one object',
  );
  for (const { id, values, associations, untie } of batch) {
    invariant(id !== null || !untie?.length, 'nothing is tied yet to a record that is made');
    invariant(id === null || recordId(id) !== null, 'an update names a record id');
    invariant(
      Object.keys(values).every((name) => /^[\w-]{1,200}$/.test(name)),
      'a write names properties by their API names',
    );
    invariant(kind !== 'upsert' || !associations?.length, 'an upsert has no associations: HubSpot takes none');
  }
  const identities = batch.flatMap(({ id, uniqueKey: key }) => (kind === 'create' ? [] : [id ?? keyOf(key!).trim().toLowerCase()]));
  invariant(new Set(identities).size === identities.length, 'a batch names a record once');
  invariant(new Set(batch.map(({ op }) => op)).size === batch.length, 'each write has an operation id of its own');
  if (kind !== 'upsert') return;
  invariant(
    batch.every((write) => write.uniqueKey!.field === uniqueKey!.field && keyOf(write.uniqueKey!).trim() !== ''),
    'upserts of one batch share the key property, and have a key',
  );
}

/**
 * The operation id goes along as `objectWriteTraceId`: only where every input has one does a batch refuse single records
 * instead of failing as a whole.
 *
 * An update takes no associations: they go in requests of their own.
 *
 * @param typeOf - How the record is tied to another object.
 */
export function wireWrite(
  write: Write,
  fields: ReadonlyMap<string, DescribedField>,
  typeOf: (object: string) => AssociationType,
): WireWrite {
  const { id, op, values, uniqueKey, associations = [] } = write;
  const employer = employerOf(write);
  const encoded = Object.entries(values)
    .filter(([name]) => employer === undefined || name !== EMPLOYER)
    .map(([name, value]) => [name, encodeValue(value, fields.get(name)?.type ?? 'string')] as const);
  const properties = Object.fromEntries(id === null ? encoded.filter(([, value]) => value !== '') : encoded);
  const common = { objectWriteTraceId: op, properties };
  if (id !== null) return { write, properties, input: { id: recordId(id), ...common } };
  if (uniqueKey) return { write, properties, input: { id: keyOf(uniqueKey), idProperty: uniqueKey.field, ...common } };
  const others = associations.filter((to) => to.id !== employer || objectKind(to.object).name !== 'companies');
  const tied = others.map((to): Json => ({ to: { id: to.id }, types: [{ ...typeOf(to.object) }] }));
  if (typeof employer === 'string') tied.push({ to: { id: employer }, types: [{ ...EMPLOYER_TYPE }] });
  return { write, properties, input: { ...common, ...(tied.length > 0 ? { associations: tied } : {}) } };
}
