import { MESSAGES } from '../calls.ts';
import { chapter, check, gap, say, shown, table } from '../present.ts';
import { type CallMeter, type Stage, TWILIO_TOKEN } from '../stage.ts';
import { deliverMessage } from '../text-message.ts';

export async function textMessages({ kind, clock, crm, hostUrl }: Stage, meter: CallMeter): Promise<void> {
  chapter(7, 'Alice writes: text messages of another platform', 'Thursday 11:00');
  say('Twilio sends each message by itself. What is written to a person in a day is one activity.', 'dim');
  gap();
  const statuses: number[] = [];
  for (const { at, ...message } of MESSAGES) {
    clock.jumpTo(at);
    statuses.push(await deliverMessage(`${hostUrl}/hooks/twilio`, message, TWILIO_TOKEN));
  }
  const { count, text } = meter();
  const thread = crm.threads().at(-1);
  table([22], [['text', shown(thread)]], [`${kind.name} ${kind.words.message}`, 'new']);
  gap();
  const hasAll = MESSAGES.every((message) => thread?.includes(message.text));
  check(
    statuses.every((status) => status === 200) && hasAll && crm.threads().length === 1,
    `${MESSAGES.length} signed webhooks, one ${kind.words.message} on Alice’s record: the second message went into the first one’s`,
  );
  check(count <= 6, `${count} API calls: ${text}`);
}
