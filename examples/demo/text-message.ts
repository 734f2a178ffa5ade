import { createHash } from 'node:crypto';
import { signTwilio } from 'crm-sync-engine/conversations';

export interface TextMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The form that Twilio posts for a text message that came in. Source: Twilio, "Twilio's request to your incoming message Webhook URL". */
function formOf({ from, to, text }: TextMessage): URLSearchParams {
  const sid = `SM${createHash('md5').update(text).digest('hex')}`;
  return new URLSearchParams({ MessageSid: sid, SmsStatus: 'received', From: from, To: to, Body: text, NumMedia: '0' });
}

/** Delivers a text message over HTTP, signed as Twilio signs; its status. */
export async function deliverMessage(url: string, message: TextMessage, authToken: string): Promise<number> {
  const body = formOf(message);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': await signTwilio(body, { url, authToken }) },
    body,
  });
  await response.body?.cancel();
  return response.status;
}
