import type { Values } from '../crm.ts';
import { PEOPLE, RECORDS } from '../people.ts';
import { type Cell, chapter, check, gap, good, number, progressBar, say, shown, type TableRow, table } from '../present.ts';
import type { CallMeter, Stage } from '../stage.ts';

export async function importEverybody({ kind, engine, alice, crm, nameOf, watchProgress }: Stage, meter: CallMeter): Promise<void> {
  chapter(1, `Import: ${kind.name} → contacts`, 'Monday 09:00');
  say('engine.pull() reads page by page; a page and the place to go on from are committed together.', 'dim');
  gap();
  const stopWatching = watchProgress(progressBar(RECORDS));
  const run = await engine.pull({ trigger: 'first import' });
  stopWatching();
  const { count, tokens, text } = meter();
  const { created, skipped, failed } = run.counts;
  gap();
  check(
    run.status === 'done' && created === PEOPLE && failed === 0,
    `${number(created)} contacts created, ${failed} failed, in ${((run.durationMs ?? 0) / 1000).toFixed(1)} s`,
  );
  check(skipped === 3, `${skipped} records left out, with the reason: ${reasonsOf(run.skips)}`);
  check(count <= kind.importCallsMax, `${count} API calls: ${text}; and ${tokens} token request`);
  gap();
  const record: Values = { ...crm.contact(crm.aliceId), [nameOf('company_name')]: crm.companyOf(crm.aliceId) };
  const contact = await alice();
  say(`Alice, in ${kind.name} and here:`);
  table(
    [15, 16, 15],
    SHOWN.map((field): TableRow => [nameOf(field), shown(record[nameOf(field)]), field, found(contact.fields[field])]),
  );
}

const SHOWN = ['phone_number', 'first_name', 'last_name', 'company_name', 'lead_status', 'email'] as const;
const found = (value: unknown): Cell => (value === null ? shown(value) : good(String(value)));

const MEANINGS: Readonly<Record<string, string>> = { no_match_key: 'no usable number', ambiguous: 'the number is somebody else’s' };

const reasonsOf = (skips: Readonly<Record<string, number>>): string =>
  Object.entries(skips)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, times]) => `${times} ${reason}${reason in MEANINGS ? ` (${MEANINGS[reason]})` : ''}`)
    .join(', ');
