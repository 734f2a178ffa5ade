import { CrmSyncError } from 'crm-sync-engine';
import { signRetell } from 'crm-sync-engine/conversations';
import { describe, expect, it } from 'vitest';
import { webhookApp } from '../../examples/webhook/app.ts';
import { runExample } from './spawn-example.ts';

it('runs as it is', async () => {
  const { code, stdout, stderr } = await runExample('examples/webhook/main.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    'analysed: 200 {"analysis":"done","push":"done","activity":"done"}',
    'delivered again: 200 {"analysis":"unchanged","push":"unchanged","activity":"unchanged"}',
    'forged: 401 {"code":"signature_mismatch"}',
    'started: 200 {"ignored":"other_event"}',
    'of nobody: 404 {"code":"unknown_connection"}',
    'while the CRM is away: 202 {"analysis":"unchanged","push":"pending","activity":"pending"}',
    'in Salesforce: 2 calls, Qualified',
    '',
  ]);
}, 60_000);

describe('what Retell is told', () => {
  const API_KEY = 'key_test';
  const BODY = JSON.stringify({
    event: 'call_analyzed',
    call: {
      call_id: 'call_1',
      call_type: 'phone_call',
      direction: 'inbound',
      from_number: '+14155550123',
      to_number: '+14155550199',
      start_timestamp: 1,
    },
  });
  async function answerTo(error: unknown): Promise<number> {
    const app = webhookApp({
      retellApiKey: API_KEY,
      engineFor: () => Promise.reject(error),
    });
    const headers = { 'x-retell-signature': await signRetell(BODY, { apiKey: API_KEY, at: Date.now() }) };
    return (await app.request('/hooks/retell/acme', { method: 'POST', body: BODY, headers })).status;
  }
  const failure = (category: 'store' | 'configuration', retryable: boolean) =>
    new CrmSyncError('Failed.', { code: 'failed', category, retryable, remedy: 'Wait.' });

  it('503 while it may succeed later, so that it delivers again', async () => expect(await answerTo(failure('store', true))).toBe(503));
  it('500 where somebody has to do something', async () => expect(await answerTo(failure('configuration', false))).toBe(500));
});
