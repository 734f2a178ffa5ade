import { FIRST_CALL } from '../calls.ts';
import { analysedCall, deliver } from '../phone-call.ts';
import { chapter, check, gap, good, say, table } from '../present.ts';
import { type CallMeter, RETELL_KEY, type Stage } from '../stage.ts';

export async function earlierCall({ kind, engine, clock, alice, hostUrl, crm, nameOf }: Stage, meter: CallMeter): Promise<void> {
  chapter(2, 'An earlier call', 'Monday 10:08');
  say('So that there is something to merge with later: Alice called once before. Told briefly.', 'dim');
  gap();
  clock.jumpTo('2026-01-05T10:08:20Z');
  const { status } = await deliver(`${hostUrl}/hooks/retell`, analysedCall(FIRST_CALL), { apiKey: RETELL_KEY, at: clock.now() });
  const { count, text } = meter();
  const contact = await alice();
  table([20], [['interaction_summary', good(String(contact.fields.interaction_summary))]]);
  const pushedTo = nameOf('interaction_summary');
  check(
    status === 200 && crm.logged().length === 1,
    `pushed to ${pushedTo}, and logged as a ${kind.words.call}: ${count} API calls (${text})`,
  );
  const waiting = await engine.status();
  check(waiting.waiting.conversations === 0, 'nothing is left to do for this call');
}
