import { chapter, check, dim, gap, good, shown, type TableRow, table } from '../present.ts';
import type { CallMeter, Stage } from '../stage.ts';

export async function aColleagueEdits({ kind, clock, crm, alice, engine, nameOf }: Stage, meter: CallMeter): Promise<void> {
  clock.jumpTo('2026-01-08T09:20:00Z');
  chapter(6, `A colleague edits Alice in ${kind.name}`, 'Thursday 09:20');
  const before = await alice();
  crm.edit(crm.aliceId, { [nameOf('last_name')]: 'Smith-Jones', [nameOf('lead_status')]: 'Customer' });
  clock.jumpTo('2026-01-08T09:25:00Z');
  const pulled = await engine.pull({ trigger: 'schedule' });
  const cost = meter();
  const after = await alice();
  const row = (field: 'last_name' | 'lead_status'): TableRow => [
    field,
    shown(before.fields[field]),
    good(String(after.fields[field])),
    dim(nameOf(field)),
  ];
  table([22, 20, 20], [row('last_name'), row('lead_status')], ['Contact', 'before', 'after', 'from']);
  gap();
  const isTaken = after.fields.last_name === 'Smith-Jones' && after.fields.lead_status === 'Customer';
  check(isTaken && pulled.counts.updated === 1, `pull() took the edit over: ${cost.count} API calls (${cost.text})`);
  check(after.fields.email === 'alice@example.com', 'what the call had found out is still there');
  await engine.push({ trigger: 'schedule' });
  check(meter().count === 0, `push() makes no call: what came from ${kind.name} is not sent back`);
}
