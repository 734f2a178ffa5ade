import { chapter, check, gap, good, say, shown, table } from '../present.ts';
import type { CallMeter, Stage } from '../stage.ts';

export async function bothAtOnce({ kind, clock, crm, alice, engine, nameOf }: Stage, meter: CallMeter): Promise<void> {
  chapter(8, 'Both sides change the same field', 'Thursday 14:00');
  say('The mapping says `conflict: newest` for it. The value that loses is kept.', 'dim');
  gap();
  clock.jumpTo('2026-01-08T14:00:00Z');
  crm.edit(crm.aliceId, { [nameOf('lead_status')]: 'Working' });
  clock.jumpTo('2026-01-08T14:02:00Z');
  const { id } = await alice();
  await engine.contacts.update(id, { lead_status: 'Qualified' }, { by: 'olga@acme.example' });
  clock.jumpTo('2026-01-08T14:05:00Z');
  await engine.sync({ trigger: 'schedule' });
  meter();
  const [kept] = await engine.conflicts.list({ contactId: id });
  const { fields } = await alice();
  const there = crm.contact(crm.aliceId)[nameOf('lead_status')];
  table(
    [14, 26, 26],
    [['lead_status', shown(kept?.remote), shown(kept?.local), good(String(fields.lead_status))]],
    ['', `${kind.name}, 14:00`, 'our app, 14:02', 'after sync()'],
  );
  gap();
  check(fields.lead_status === 'Qualified' && there === 'Qualified', 'the later one stands on both sides');
  check(
    kept?.winner === 'local' && kept.remote === 'Working' && kept.local === 'Qualified',
    `engine.conflicts has both values, who won (${kept?.winner}), and why: ${kept?.reason}`,
  );
  await engine.sync({ trigger: 'schedule' });
  const { writes } = meter();
  check(writes === 0, 'the next sync() has nothing to write: no ping-pong');
}
