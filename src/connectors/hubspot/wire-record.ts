import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { recordId } from './objects.ts';

const id = lazy(() =>
  z.unknown().transform((raw, context) => {
    const read = recordId(raw);
    if (read !== null) return read;
    context.addIssue({ code: 'custom', message: 'is no record id' });
    return z.NEVER;
  }),
);

/** A record as every endpoint gives it; what is not named here is not used. */
export const wireRecord = lazy(() =>
  z.object({
    id: id(),
    properties: z.record(z.string(), z.unknown()),
    createdAt: z.string().nullish().catch(null),
    updatedAt: z.string().nullish().catch(null),
    archived: z.boolean().nullish().catch(null),
    propertiesWithHistory: z
      .record(z.string(), z.array(z.object({ timestamp: z.unknown(), value: z.unknown() })))
      .nullish()
      .catch(null),
    /** Of an upsert. */
    new: z.boolean().nullish().catch(null),
    objectWriteTraceId: z.string().nullish().catch(null),
  }),
);
export type WireRecord = z.infer<ReturnType<typeof wireRecord>>;

/** Where the next page is; absent on the last one. */
export const wirePaging = lazy(() =>
  z
    .object({ next: z.object({ after: z.union([z.string(), z.number()]).transform(String) }).nullish() })
    .nullish()
    .transform((paging) => paging?.next?.after ?? null),
);
