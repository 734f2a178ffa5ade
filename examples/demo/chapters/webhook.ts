import { SECOND_CALL } from '../calls.ts';
import { analysedCall, deliver } from '../phone-call.ts';
import { chapter, check, gap, good, number, say, shown, type TableRow, table } from '../present.ts';
import { settings } from '../settings.ts';
import { type CallMeter, type DemoContact, RETELL_KEY, type Stage } from '../stage.ts';

export async function oneWebhook({ kind, clock, crm, alice, hostUrl, nameOf }: Stage, meter: CallMeter): Promise<void> {
  clock.jumpTo('2026-01-07T15:32:20Z');
  chapter(4, 'The call is over: one signed webhook', 'Wednesday 15:32');
  const before = await alice();
  const recordBefore = { ...crm.contact(crm.aliceId) };
  const loggedBefore = crm.logged().length;
  const delivery = await deliver(`${hostUrl}/hooks/retell`, analysedCall(SECOND_CALL), { apiKey: RETELL_KEY, at: clock.now() });
  const { count, tokens, text } = meter();
  const after = await alice();
  const record = crm.contact(crm.aliceId);

  say(`POST ${hostUrl}/hooks/retell   ${number(delivery.bytes)} bytes, call_analyzed`);
  say(`x-retell-signature: ${delivery.signature.slice(0, 34)}…`, 'dim');
  say(`→ ${delivery.status} ${JSON.stringify(delivery.answer)}`);
  gap();
  table([25, 31, 13], ANALYSED, ['The analysis found', '', 'mode', 'contact field']);
  gap();
  table([22, 28], changes(before, after), ['Contact', 'before', 'after']);
  gap();
  const written = FIELDS.map(nameOf).map((field): TableRow => [field, shown(recordBefore[field]), good(String(record[field]))]);
  table([22, 28], written, [`${kind.name} ${kind.words.contact}`, 'before', 'after']);
  gap();
  const logged = crm.logged().at(-1);
  table(
    [22],
    kind.callFields.map((field): TableRow => [field, shown(logged?.values[field])]),
    [`${kind.name} ${kind.words.call}`, 'new'],
  );
  gap();
  check(
    delivery.status === 200 && after.fields.lead_status === 'Qualified' && record[nameOf('lead_status')] === 'Qualified',
    `lead_status overwritten, here and in ${kind.name}`,
  );
  check(after.fields.email === 'alice@example.com' && record[nameOf('email')] === 'alice@example.com', 'email filled, since it was empty');
  const summary = String(after.fields.interaction_summary);
  check(
    summary.includes('three vendors') && summary.includes('wants demo next week') && record[nameOf('interaction_summary')] === summary,
    'the notes of both calls are kept',
  );
  check(
    crm.logged().length === loggedBefore + 1 && logged?.contactIds.join() === crm.aliceId,
    `one ${kind.words.call} more on Alice’s record, with direction, duration, both numbers, time and summary`,
  );
  check(count <= 10, `${count} API calls: ${text}`);
  check(tokens === 1, `Monday’s session had expired: ${tokens} token request, and nobody noticed`);
}

const FIELDS = ['lead_status', 'email', 'interaction_summary'] as const;

/** What the conversation brought, and what the analysis rules make of it. */
const ANALYSED: readonly TableRow[] = (settings.analysis ?? []).map(({ from, field, mode }) => [
  from,
  shown(SECOND_CALL.found[from]),
  mode,
  field,
]);

const changes = (before: DemoContact, after: DemoContact): TableRow[] =>
  FIELDS.map((name) => [name, shown(before.fields[name]), good(String(after.fields[name]))]);
