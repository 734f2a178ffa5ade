import * as z from 'zod';
import { lazy } from '../../../core/base/lazy.ts';
import type { Call } from '../../../ports/connector.ts';
import type { Answer, Client } from '../client.ts';
import { brokenAnswer } from '../errors.ts';
import { objectsOf } from '../paths.ts';
import { type WireRecord, wireRecord } from '../wire-record.ts';

const batchAnswer = lazy(() => z.object({ results: z.array(wireRecord()) }));

interface BatchQuery {
  readonly object: string;
  /** At most `BATCH_MAX`, each once: record ids, or values of `idProperty`. */
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  /** Properties to tell the former values of; then at most `HISTORY_BATCH_MAX` ids. */
  readonly history?: readonly string[];
  readonly idProperty?: string;
  readonly archived?: true;
}

/**
 * Records by id, or by the value of a unique property, as they are now: unlike a search, this knows no lag. In no order;
 * ids without a record are left out.
 */
export async function batchRead(
  client: Client,
  { object, ids, properties, history, idProperty, archived }: BatchQuery,
  call: Call,
): Promise<Pick<Answer, 'crmTime' | 'tookMs'> & { readonly rows: readonly WireRecord[] }> {
  const resource = objectsOf(object, 'batch', 'read');
  const answer = await client.read(
    resource,
    {
      ...(archived ? { query: { archived: 'true' } } : {}),
      body: {
        properties,
        ...(history === undefined ? {} : { propertiesWithHistory: history }),
        ...(idProperty === undefined ? {} : { idProperty }),
        inputs: ids.map((id) => ({ id })),
      },
    },
    call,
  );
  const parsed = batchAnswer().safeParse(answer.body);
  if (!parsed.success) throw brokenAnswer(`POST ${resource.operation}`);
  return { rows: parsed.data.results, crmTime: answer.crmTime, tookMs: answer.tookMs };
}
