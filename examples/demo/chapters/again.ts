import { SECOND_CALL } from '../calls.ts';
import { analysedCall, deliver } from '../phone-call.ts';
import { chapter, check, gap, number, say, type TableRow, table } from '../present.ts';
import { type CallMeter, type DemoContact, RETELL_KEY, type Stage } from '../stage.ts';

export async function theSameAgain({ kind, clock, crm, engine, hostUrl }: Stage, meter: CallMeter): Promise<void> {
  clock.jumpTo('2026-01-07T15:35:00Z');
  chapter(5, 'The same once more: nothing is doubled', 'Wednesday 15:35');
  say('Platforms deliver webhooks twice, schedulers start jobs twice. What is done stays done once.', 'dim');
  gap();
  const look = async () => JSON.stringify([...crm.contacts(), ...crm.logged()]) + JSON.stringify(await everybody(engine));
  const before = await look();
  const rows: TableRow[] = [];

  const again = await deliver(`${hostUrl}/hooks/retell`, analysedCall(SECOND_CALL), { apiKey: RETELL_KEY, at: clock.now() });
  const delivered = meter();
  rows.push([
    'the webhook again',
    Object.entries(again.answer)
      .map(([step, status]) => `${step} ${status}`)
      .join(', '),
    calls(delivered),
  ]);
  const pulled = await engine.pull({ trigger: 'schedule' });
  const read = meter();
  rows.push(['pull()', `${pulled.counts.processed} record looked at, ${pulled.counts.unchanged} unchanged`, calls(read)]);
  const pushed = await engine.push({ trigger: 'schedule' });
  const sent = meter();
  rows.push(['push()', `${pushed.counts.processed} to send`, calls(sent)]);
  const forged = await deliver(`${hostUrl}/hooks/retell`, analysedCall(SECOND_CALL), { apiKey: 'somebody else', at: clock.now() });
  const stopped = meter();
  rows.push(['a forged webhook', `${forged.status}, ${String(forged.answer['code'])}`, calls(stopped)]);
  table([18, 58], rows, ['', 'what it found', 'API calls']);
  gap();
  const contacts = (await everybody(engine)).length;
  check(
    (await look()) === before,
    `before and after: ${number(contacts)} contacts, ${crm.logged().length} ${kind.words.call}s, not a field changed`,
  );
  const writes = [delivered, read, sent, stopped].reduce((sum, one) => sum + one.writes, 0);
  check(writes === 0 && sent.count === 0 && forged.status === 401, `${writes} writes were sent`);
}

const calls = ({ count, text }: { readonly count: number; readonly text: string }): string => (count === 0 ? 'none' : `${count}: ${text}`);

async function everybody({ contacts }: Stage['engine']): Promise<DemoContact[]> {
  const all: DemoContact[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly DemoContact[] = await contacts.list({ page: { after, limit: 1000 } });
    all.push(...page);
    after = page.at(-1)?.id ?? null;
    if (after === null) return all;
  }
}
