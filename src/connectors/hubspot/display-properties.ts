import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import type { ObjectKind } from './objects.ts';
import { orNothing } from './optional.ts';
import { SCHEMAS } from './paths.ts';

const TTL_MS = 60 * 60_000;
const name = lazy(() => z.string().nullish().catch(null));
const schemasAnswer = lazy(() =>
  z.object({ results: z.array(z.object({ objectTypeId: name(), fullyQualifiedName: name(), primaryDisplayProperty: name() })) }),
);
type WireSchemas = z.infer<ReturnType<typeof schemasAnswer>>['results'];

export interface DisplayProperties {
  /** The property that a custom object's records go by; null: there is none, or the app may not see the object's schema. */
  of(kind: ObjectKind, call: Call): Promise<string | null>;
}

/** Asked for once an hour, for all custom objects at once. */
export function createDisplayProperties(client: Client, clock: Clock): DisplayProperties {
  let kept: { readonly schemas: WireSchemas; readonly until: number } | null = null;
  return {
    async of(kind, call) {
      if (kept === null || clock.now() >= kept.until) kept = { schemas: await readSchemas(client, call), until: clock.now() + TTL_MS };
      const wanted = kind.name.toLowerCase();
      const schema = kept.schemas.find(
        ({ objectTypeId, fullyQualifiedName }) => objectTypeId === wanted || fullyQualifiedName?.toLowerCase() === wanted,
      );
      return schema?.primaryDisplayProperty ?? null;
    },
  };
}

async function readSchemas(client: Client, call: Call): Promise<WireSchemas> {
  const answer = await orNothing(() => client.read(SCHEMAS, {}, call));
  if (answer === null) return [];
  const parsed = schemasAnswer().safeParse(answer.body);
  if (!parsed.success) throw brokenAnswer(`GET ${SCHEMAS.operation}`);
  return parsed.data.results;
}
