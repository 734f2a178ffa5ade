import type { CompiledMapping, Mapping } from '../../core/mapping/mapping-types.ts';
import { matchKeysOf } from '../../core/mapping/match-keys.ts';
import type { Schema } from '../../core/schema/schema-types.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Row } from '../../ports/store.ts';
import { type Capability, requireCapability } from '../capability.ts';
import { partsOf } from '../companies/company-context.ts';
import { tieable } from '../companies/ties.ts';
import type { Context } from '../context.ts';
import type { PushOptions } from '../options.ts';
import type { Permit } from '../permit.ts';
import type { RunRecorder } from '../run-recorder.ts';
import { inWriteBatches, withoutBulk } from '../send-writes.ts';
import { CreateBatch } from './batch.ts';
import { askedElsewhere } from './entry.ts';
import { isWithoutRecord } from './place.ts';

interface CreateMissing {
  readonly permit: Permit;
  readonly object: string;
  /** The mapping against the CRM as described: asked for only where there is a record to make. */
  readonly ready: () => Promise<CompiledMapping>;
  readonly contactIds: readonly string[] | undefined;
  /** Nobody named the object: whose record somebody asked for of another one gets it there. */
  readonly isAny: boolean;
}

/** Makes records for contacts that have none, a write batch at a time. */
export async function createMissing(
  context: Context,
  run: RunRecorder,
  { permit, object, ready, contactIds, isAny }: CreateMissing,
): Promise<'done' | 'paused'> {
  for await (const rows of unlinkedPages(context, { object, contactIds, isAny })) {
    const mapping = await ready();
    const place = { context: mapping.create.idField?.unique === true ? context : withoutBulk(context), run, permit, mapping };
    for (const batch of inWriteBatches(place.context.connector, rows)) {
      if (!(await permit.goesOn())) return 'paused';
      await run.session.step(async () => {
        await permit.keep();
        await new CreateBatch({ ...place, mapping: await tieable(context, mapping, batch) }).send(batch);
      });
    }
    run.progress(object);
    run.assertHealthy();
  }
  return 'done';
}

/** Contacts that may get a record of the object. */
async function* unlinkedPages(
  context: Context,
  { object, contactIds, isAny }: Pick<CreateMissing, 'object' | 'contactIds' | 'isAny'>,
): AsyncGenerator<readonly Row[]> {
  const { writeBatchMax, bulk } = context.connector.capabilities;
  const limit = bulk?.max ?? writeBatchMax;
  const others = isAny ? context.mappings.map(({ crmObject }) => crmObject).filter((other) => other !== object) : [];
  const eligible = async (all: readonly Row[]) => {
    const rows = all.filter((row) => row.entity === context.schema.entity && isWithoutRecord(context, object, row));
    const ids = rows.map(({ id }) => id);
    const elsewhere = await askedElsewhere(context, others, ids);
    return rows.filter(({ id }) => !elsewhere.has(id));
  };
  if (contactIds !== undefined) {
    const ids = [...new Set(contactIds)];
    for (let start = 0; start < ids.length; start += limit) {
      const rows = await eligible(await context.store.load({ ids: ids.slice(start, start + limit) }));
      if (rows.length > 0) yield rows;
    }
    return;
  }
  for (let after: string | null = null; ; ) {
    const query = { entity: context.schema.entity, object, want: 'unlinked', plan: '', now: 0, after, limit } as const;
    const rows: readonly Row[] = await context.store.scan(query);
    const last = rows.at(-1);
    if (last === undefined) return;
    const some = await eligible(rows);
    if (some.length > 0) yield some;
    after = last.id;
  }
}

/** Nothing is made that was not looked for. */
function capabilitiesToCreate(schema: Schema, mapping: Mapping): readonly Capability[] {
  const keys = matchKeysOf(schema, mapping);
  return [
    'create',
    'find',
    ...(keys.includes('phone_number') ? (['find by phone'] as const) : []),
    ...(keys.includes('email') ? (['find by email'] as const) : []),
  ];
}

/**
 * The mappings that new records are made by, of companies and of contacts: the one of the named object; else of each the first
 * that says how (`create`), and of contacts else the first. Companies are mostly there to be read: nobody who asks for records
 * of contacts is to find them all in another CRM.
 *
 * @throws CrmSyncError code `no_mapping`, or `capability_missing` before anything is asked of the CRM.
 */
export function creatingMappings(context: Context, createMissing: PushOptions['createMissing']): readonly Mapping[] {
  if (createMissing === undefined || createMissing === false) return [];
  const named = createMissing === true ? null : createMissing;
  const made = partsOf(context).flatMap(({ schema, mappings }) => {
    const mapping =
      named === null
        ? (mappings.find(({ create }) => create !== undefined) ?? (schema.entity === 'contact' ? mappings[0] : undefined))
        : mappings.find(({ crmObject }) => crmObject === named);
    return mapping === undefined ? [] : [{ mapping, needs: capabilitiesToCreate(schema, mapping) }];
  });
  for (const capability of made.flatMap(({ needs }) => needs)) requireCapability(context, capability, 'push({ createMissing })');
  if (made.length > 0) return made.map(({ mapping }) => mapping);
  throw new CrmSyncError(named === null ? 'There is no mapping to make records by.' : `No mapping for the CRM object ${named}.`, {
    code: 'no_mapping',
    category: 'configuration',
    remedy: 'Add a mapping for the object that new records are to be of.',
    ...(named !== null && { at: { object: named } }),
  });
}
