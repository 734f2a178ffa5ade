import { PEOPLE, RECORDS } from '../org.ts';
import { chapter, check, gap, good, number, progressBar, say, shown, table } from '../present.ts';
import type { CallMeter, Stage } from '../stage.ts';

export async function importEverybody({ engine, alice, crm, aliceId, watchProgress }: Stage, meter: CallMeter): Promise<void> {
  chapter(1, 'Import: Salesforce → contacts', 'Monday 09:00');
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
  check(count <= 8, `${count} API calls: ${text}; and ${tokens} token request`);
  gap();
  const record = crm.record(aliceId).fields;
  const contact = await alice();
  say('Alice, in Salesforce and here:');
  table(
    [15, 16, 15],
    [
      ['Phone', record['Phone'], 'phone_number', good(String(contact.fields.phone_number))],
      ['FirstName', record['FirstName'], 'first_name', good(String(contact.fields.first_name))],
      ['LastName', record['LastName'], 'last_name', good(String(contact.fields.last_name))],
      ['Account.Name', crm.record(String(record['AccountId'])).fields['Name'], 'company_name', good(String(contact.fields.company_name))],
      ['Lead_Status__c', record['Lead_Status__c'], 'lead_status', good(String(contact.fields.lead_status))],
      ['Email', shown(record['Email']), 'email', shown(contact.fields.email)],
    ],
  );
}

const MEANINGS: Readonly<Record<string, string>> = { no_match_key: 'no usable number', ambiguous: 'the number is somebody else’s' };

const reasonsOf = (skips: Readonly<Record<string, number>>): string =>
  Object.entries(skips)
    .map(([reason, times]) => `${times} ${reason}${reason in MEANINGS ? ` (${MEANINGS[reason]})` : ''}`)
    .join(', ');
