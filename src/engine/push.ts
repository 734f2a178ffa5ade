import type { CompiledMapping } from '../core/mapping-types.ts';
import type { Run } from '../core/run.ts';
import type { Millis } from '../core/value.ts';
import type { Row } from '../ports/store.ts';
import { requireCapability } from './capability.ts';
import { compile, compiled } from './compiled.ts';
import type { Context } from './context.ts';
import type { Lease } from './lease.ts';
import type { PushOptions } from './options.ts';
import { Permit } from './permit.ts';
import { PushBatch } from './push-batch.ts';
import type { RunRecorder } from './run-recorder.ts';
import { recorded } from './runs.ts';
import { noteUnusable } from './unusable.ts';

/** Contacts → CRM: only linked contacts with something to send, only changed fields, in the CRM's largest batches. */
export async function push(context: Context, options: PushOptions): Promise<Run> {
  requireCapability(context, 'write', 'push()');
  return recorded(context, 'push', options, (run, lease) => pushInto(context, run, lease, options));
}

export async function pushInto(context: Context, run: RunRecorder, lease: Lease | null, options: PushOptions): Promise<'done' | 'paused'> {
  const permit = await Permit.ask(context, run.session, lease);
  for (const mapping of context.mappings) {
    if (mapping.fields.every(({ direction }) => direction === 'inbound')) continue;
    for await (const rows of pendingPages(context, run, compile(context, mapping), options)) {
      if (run.session.isOver()) return 'paused';
      await permit.checkAccount(); // only now: an idle push makes no call at all
      const ready = await compiled(context, run.session, mapping);
      noteUnusable(run, ready);
      await run.session.step(async () => {
        await permit.keep();
        await new PushBatch(context, run, permit, ready).send(rows);
      });
      run.progress(mapping.crmObject);
      run.assertHealthy();
    }
  }
  return 'done';
}

/** Something may be left to send: the contact, the mapping, or the time of a retry has moved on (R11). */
export function isPending(
  { links, version }: Row,
  { object, plan, now }: { readonly object: string; readonly plan: string; readonly now: Millis },
): boolean {
  const link = links.find((one) => one.object === object && one.state === 'active');
  return link !== undefined && (link.seen !== version || link.plan !== plan || (link.dueAt !== null && link.dueAt <= now));
}

/** Contacts of the object with something to send, a write batch at a time, in the order of their ids. */
async function* pendingPages(
  context: Context,
  run: RunRecorder,
  mapping: CompiledMapping,
  { contactIds }: PushOptions,
): AsyncGenerator<readonly Row[]> {
  const { crmObject: object, planFingerprint: plan } = mapping;
  const limit = context.connector.capabilities.writeBatchMax;
  if (contactIds !== undefined) {
    const ids = [...new Set(contactIds)];
    for (let start = 0; start < ids.length; start += limit) {
      const rows = await context.store.load({ ids: ids.slice(start, start + limit) });
      const pending = rows.filter((row) => isPending(row, { object, plan, now: run.session.storeNow() }));
      if (pending.length > 0) yield pending;
    }
    return;
  }
  for (let after: string | null = null; ; ) {
    const now = run.session.storeNow();
    const rows: readonly Row[] = await context.store.scan({ entity: 'contact', object, want: 'pending', plan, now, after, limit });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}
