import { isCrmSyncError, mappingSchema, safeParseMapping } from 'crm-sync-engine';
import { Hono } from 'hono';
import type { Pool } from 'pg';
import type { EngineFor } from './engines.ts';

/** What a settings screen asks for. Who may see which connection is the product's to check, before this. */
export const settingsApp = ({ pool, engineFor }: { readonly pool: Pool; readonly engineFor: EngineFor }) =>
  new Hono()
    .get('/connections/:id/fields/:object', async (c) => {
      const engine = await engineFor(c.req.param('id'));
      return c.json(await engine.describeFields(c.req.param('object')));
    })
    .get('/connections/:id/mapping-schema', async (c) => {
      const engine = await engineFor(c.req.param('id'));
      return c.json(mappingSchema(engine.schema).toJsonSchema());
    })
    .put('/connections/:id/mappings/:object', async (c) => {
      const { id, object } = c.req.param();
      const engine = await engineFor(id);
      const describedFields = await engine.describeFields(object);
      const json: unknown = await c.req.json().catch(() => null);
      const mapping = safeParseMapping(engine.schema, { ...(json as object | null), crmObject: object }, { describedFields });
      if (!mapping.ok) return c.json({ issues: mapping.issues }, 422); // [{ path: ['fields', 2, 'crm'], code, message, remedy }]
      await pool.query(
        `insert into crm_mappings (connection, object, mapping) values ($1, $2, $3)
         on conflict (connection, object) do update set mapping = excluded.mapping`,
        [id, object, JSON.stringify(mapping.value)],
      );
      return c.json(await (await engineFor(id)).preview('pull', { limit: 10 })); // a test sync of ten records: nothing is written
    })
    .onError((error, c) => {
      if (!isCrmSyncError(error)) throw error;
      const { code, remedy, issues } = error;
      return c.json({ code, remedy, issues }, error.category === 'not_found' ? 404 : error.retryable ? 503 : 409);
    });
