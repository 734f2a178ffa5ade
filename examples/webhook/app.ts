import { type CrmSyncEngine, isCrmSyncError } from 'crm-sync-engine';
import { retellWebhook } from 'crm-sync-engine/conversations';
import { Hono } from 'hono';

export interface Hooks {
  /** The key with the webhook badge in Retell's dashboard. */
  readonly retellApiKey: string;
  /** The engine of a connection; throws where there is none. */
  readonly engineFor: (connection: string) => Promise<CrmSyncEngine>;
}

/** Takes Retell's post-call webhooks, one address per connection. Retell waits ten seconds, and delivers again up to three times. */
export function webhookApp({ retellApiKey, engineFor }: Hooks) {
  const readRetell = retellWebhook({ apiKey: retellApiKey });
  return new Hono()
    .post('/hooks/retell/:connection', async (c) => {
      const incoming = await readRetell(c.req.raw); // checks signature and age over the raw body
      if (incoming.kind === 'ignored') return c.json({ ignored: incoming.reason }, 200);

      const engine = await engineFor(c.req.param('connection'));
      const { complete, contactId, steps } = await engine.handleConversation(incoming.conversation, { timeLimitMs: 8_000 });

      // Stored first, then worked on: what is not finished is `pending`, and `retryPending()` or the next `sync()` finishes it.
      const statuses = { analysis: steps.analysis.status, push: steps.push.status, activity: steps.activity.status };
      return c.json({ contact: contactId, ...statuses }, complete ? 200 : 202);
    })
    .onError((error, c) => {
      if (!isCrmSyncError(error)) throw error;
      const status = error.category === 'webhook' ? 401 : error.category === 'not_found' ? 404 : error.retryable ? 503 : 500;
      return c.json({ code: error.code, remedy: error.remedy }, status); // 503: Retell delivers it again
    });
}
