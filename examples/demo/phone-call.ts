import { signRetell } from 'crm-sync-engine/conversations';

export interface PhoneCall {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly summary: string;
  /** What was said: agent and caller in turn. */
  readonly turns: readonly string[];
  /** What the agent's post-call analysis was told to find out. */
  readonly found: Readonly<Record<string, string>>;
}

/** The body of a `call_analyzed` webhook, as Retell sends it. Source: Retell, "Webhook overview". */
export function analysedCall({ id, from, to, startedAt, seconds, summary, turns, found }: PhoneCall): string {
  const start = Date.parse(startedAt);
  const spoken = turns.map((content, index) => ({ role: index % 2 === 0 ? 'agent' : 'user', content }));
  return JSON.stringify({
    event: 'call_analyzed',
    call: {
      call_id: id,
      call_type: 'phone_call',
      call_status: 'ended',
      agent_id: 'agent_front_desk',
      agent_version: 7,
      direction: 'inbound',
      from_number: from,
      to_number: to,
      start_timestamp: start,
      end_timestamp: start + seconds * 1000,
      duration_ms: seconds * 1000,
      disconnection_reason: 'user_hangup',
      transcript: spoken.map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}`).join('\n'),
      transcript_object: spoken,
      call_analysis: {
        call_summary: summary,
        user_sentiment: 'Positive',
        call_successful: true,
        in_voicemail: false,
        custom_analysis_data: found,
      },
    },
  });
}

export interface Delivery {
  readonly signature: string;
  readonly bytes: number;
  readonly status: number;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** Delivers a webhook over HTTP, signed as Retell signs. */
export async function deliver(
  url: string,
  body: string,
  { apiKey, at }: { readonly apiKey: string; readonly at: number },
): Promise<Delivery> {
  const signature = await signRetell(body, { apiKey, at });
  const headers = { 'content-type': 'application/json', 'x-retell-signature': signature };
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  return { signature, bytes: new TextEncoder().encode(body).byteLength, status: response.status, answer };
}
