import { type FieldExplanation, toDynamicVariables } from 'crm-sync-engine';
import { PEOPLE } from './org.ts';
import { analysedCall, deliver, type PhoneCall } from './phone-call.ts';
import { chapter, check, dim, gap, good, number, progressBar, say, shown, type TableRow, table, title } from './present.ts';
import { settings } from './settings.ts';
import { callMeter, type DemoContact, RETELL_KEY, type Stage, setUp } from './stage.ts';

const OUR_NUMBER = '+14155550199';
const RECORDS = PEOPLE + 3;

const FIRST_CALL: PhoneCall = {
  id: 'call_7d21c0',
  from: '+14155550123',
  to: OUR_NUMBER,
  startedAt: '2026-01-05T10:05:00Z',
  seconds: 184,
  summary: 'Alice asked what the plans cost and said that she is comparing three vendors.',
  found: { customer_notes: 'Asked about prices; compares three vendors.' },
};
const SECOND_CALL: PhoneCall = {
  id: 'call_a94f3e',
  from: '+14155550123',
  to: OUR_NUMBER,
  startedAt: '2026-01-07T15:30:00Z',
  seconds: 125.4,
  summary: 'Alice wants to see the enterprise plan in a demo next week and gave her email address.',
  found: {
    lead_qualification_status: 'Qualified',
    customer_notes: 'Interested in enterprise plan, wants demo next week',
    email: 'alice@example.com',
  },
};

type Meter = ReturnType<typeof callMeter>;

export async function tell(folder: string): Promise<void> {
  const startedAt = performance.now();
  await using stage = await setUp(folder, '2026-01-05T09:00:00Z');
  const meter = callMeter(stage);

  title(
    'crm-sync-engine, told as a story',
    'The contacts of a voice agent, kept in step with a CRM. Only the CRM is a fake: an org in memory that answers as Salesforce does. The rest is real: OAuth and REST over HTTP, SQLite, signed webhooks. The clock is injected, so that four days pass in a few seconds.',
  );
  gap();
  table(
    [12],
    [
      [dim('Salesforce'), `${stage.salesforceUrl}   ${number(RECORDS)} contacts, OAuth refresh token`],
      [dim('Our app'), `${stage.hostUrl}   POST /hooks/retell`],
      [dim('Our contacts'), `${stage.file}   SQLite, empty`],
    ],
  );

  await importEverybody(stage, meter);
  await earlierCall(stage, meter);
  await whatTheAgentKnows(stage);
  await oneWebhook(stage, meter);
  await theSameAgain(stage, meter);
  await aColleagueEdits(stage, meter);
  await why(stage);

  chapter(8, 'What next', '');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`That took ${seconds} s and ${stage.crm.calls.filter(({ token }) => !token).length} API calls. To go on:`);
  table(
    [34],
    [
      ['examples/demo/settings.ts', 'schema, mapping and analysis rules of this story'],
      ['examples/demo/host.ts', 'the whole host app: one route'],
      ['README.md', 'the quick start, 40 lines'],
      ['docs/promises.md', 'what is promised, which test holds it, and where it ends'],
      ['npm run demo -- --keep', 'keeps the database, to look into it with any SQLite tool'],
    ],
  );
}

async function importEverybody({ engine, alice, crm, aliceId, watchProgress }: Stage, meter: Meter): Promise<void> {
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

async function earlierCall({ engine, clock, alice, hostUrl, crm }: Stage, meter: Meter): Promise<void> {
  chapter(2, 'An earlier call', 'Monday 10:08');
  say('So that there is something to merge with later: Alice called once before. Told briefly.', 'dim');
  gap();
  clock.jumpTo('2026-01-05T10:08:20Z');
  const { status } = await deliver(`${hostUrl}/hooks/retell`, analysedCall(FIRST_CALL), { apiKey: RETELL_KEY, at: clock.now() });
  const { count, text } = meter();
  const contact = await alice();
  table([20], [['interaction_summary', good(String(contact.fields.interaction_summary))]]);
  check(status === 200 && crm.list('Task').length === 1, `pushed to Notes__c, and logged as a Task: ${count} API calls (${text})`);
  const waiting = await engine.status();
  check(waiting.waiting.conversations === 0, 'nothing is left to do for this call');
}

async function whatTheAgentKnows({ clock, alice }: Stage): Promise<void> {
  clock.jumpTo('2026-01-07T15:30:00Z');
  chapter(3, 'Alice calls again: what the agent knows', 'Wednesday 15:30');
  say('toDynamicVariables(contact): one read of our own database, no API call while the phone rings.', 'dim');
  gap();
  const variables = toDynamicVariables(await alice());
  table(
    [24],
    Object.entries(variables).map(([name, value]): TableRow => [`{{${name}}}`, value]),
  );
  gap();
  const prompt = '“Hello {{first_name}}, good to hear from {{company_name}} again.”';
  say(
    prompt.replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? ''),
    'italic',
  );
}

async function oneWebhook({ clock, crm, aliceId, alice, hostUrl }: Stage, meter: Meter): Promise<void> {
  clock.jumpTo('2026-01-07T15:32:20Z');
  chapter(4, 'The call is over: one signed webhook', 'Wednesday 15:32');
  const before = await alice();
  const recordBefore = { ...crm.record(aliceId).fields };
  const tasksBefore = crm.list('Task').length;
  const delivery = await deliver(`${hostUrl}/hooks/retell`, analysedCall(SECOND_CALL), { apiKey: RETELL_KEY, at: clock.now() });
  const { count, tokens, text } = meter();
  const after = await alice();
  const record = crm.record(aliceId).fields;

  say(`POST ${hostUrl}/hooks/retell   ${number(delivery.bytes)} bytes, call_analyzed`);
  say(`x-retell-signature: ${delivery.signature.slice(0, 34)}…`, 'dim');
  say(`→ ${delivery.status} ${JSON.stringify(delivery.answer)}`);
  gap();
  table([25, 31, 13], ANALYSED, ['The analysis found', '', 'mode', 'contact field']);
  gap();
  table([22, 28], changes(before, after), ['Contact', 'before', 'after']);
  gap();
  const written = ['Lead_Status__c', 'Email', 'Notes__c'].map(
    (field): TableRow => [field, shown(recordBefore[field]), good(String(record[field]))],
  );
  table([22, 28], written, ['Salesforce Contact', 'before', 'after']);
  gap();
  const task = crm.list('Task').at(-1)?.fields ?? {};
  const taskFields = ['Subject', 'Status', 'ActivityDate', 'CallType', 'CallDurationInSeconds', 'CallObject', 'Description'];
  table(
    [22],
    taskFields.map((field): TableRow => [field, shown(task[field])]),
    ['Salesforce Task', 'new'],
  );
  gap();
  check(
    delivery.status === 200 && after.fields.lead_status === 'Qualified' && record['Lead_Status__c'] === 'Qualified',
    'lead_status overwritten, here and in Salesforce',
  );
  check(after.fields.email === 'alice@example.com' && record['Email'] === 'alice@example.com', 'email filled, since it was empty');
  const summary = String(after.fields.interaction_summary);
  check(
    summary.includes('three vendors') && summary.includes('wants demo next week') && record['Notes__c'] === summary,
    'the notes of both calls are kept',
  );
  check(
    crm.list('Task').length === tasksBefore + 1 && task['WhoId'] === aliceId,
    'one Task more on Alice’s record, with direction, duration, both numbers, time and summary',
  );
  check(count <= 8, `${count} API calls: ${text}`);
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

async function theSameAgain({ clock, crm, engine, hostUrl }: Stage, meter: Meter): Promise<void> {
  clock.jumpTo('2026-01-07T15:35:00Z');
  chapter(5, 'The same once more: nothing is doubled', 'Wednesday 15:35');
  say('Platforms deliver webhooks twice, schedulers start jobs twice. What is done stays done once.', 'dim');
  gap();
  const look = async () =>
    JSON.stringify([crm.list('Contact').length, crm.list('Task').map(({ fields }) => fields), await everybody(engine)]);
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
  rows.push(['pull()', `${pulled.counts.processed} record looked at, ${pulled.counts.unchanged} unchanged`, calls(meter())]);
  const pushed = await engine.push({ trigger: 'schedule' });
  const afterPush = meter();
  rows.push(['push()', `${pushed.counts.processed} to send`, calls(afterPush)]);
  const forged = await deliver(`${hostUrl}/hooks/retell`, analysedCall(SECOND_CALL), { apiKey: 'somebody else', at: clock.now() });
  rows.push(['a forged webhook', `${forged.status}, ${forged.answer['code']}`, calls(meter())]);
  table([18, 58], rows, ['', 'what it found', 'API calls']);
  gap();
  const contacts = (await everybody(engine)).length;
  check((await look()) === before, `before and after: ${number(contacts)} contacts, ${crm.list('Task').length} Tasks, not a field changed`);
  check(delivered.writes === 0 && afterPush.count === 0 && forged.status === 401, 'no write was sent');
}

const calls = ({ count, text }: { readonly count: number; readonly text: string }): string => (count === 0 ? 'none' : `${count}: ${text}`);

async function everybody({ contacts }: Stage['engine']): Promise<DemoContact[]> {
  const all: DemoContact[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly DemoContact[] = await contacts.list({ after, limit: 1000 });
    all.push(...page);
    after = page.at(-1)?.id ?? null;
    if (after === null) return all;
  }
}

async function aColleagueEdits({ clock, crm, aliceId, alice, engine }: Stage, meter: Meter): Promise<void> {
  clock.jumpTo('2026-01-08T09:20:00Z');
  chapter(6, 'A colleague edits Alice in Salesforce', 'Thursday 09:20');
  const before = await alice();
  crm.edit(aliceId, { LastName: 'Smith-Jones', Lead_Status__c: 'Customer' });
  clock.jumpTo('2026-01-08T09:25:00Z');
  const pulled = await engine.pull({ trigger: 'schedule' });
  const cost = meter();
  const after = await alice();
  const row = (field: 'last_name' | 'lead_status', crmField: string): TableRow => [
    field,
    shown(before.fields[field]),
    good(String(after.fields[field])),
    dim(crmField),
  ];
  table([22, 20, 20], [row('last_name', 'LastName'), row('lead_status', 'Lead_Status__c')], ['Contact', 'before', 'after', 'from']);
  gap();
  const isTaken = after.fields.last_name === 'Smith-Jones' && after.fields.lead_status === 'Customer';
  check(isTaken && pulled.counts.updated === 1, `pull() took the edit over: ${cost.count} API calls (${cost.text})`);
  check(after.fields.email === 'alice@example.com', 'what the call had found out is still there');
  await engine.push({ trigger: 'schedule' });
  check(meter().count === 0, 'push() makes no call: what came from Salesforce is not sent back');
}

async function why({ engine, alice }: Stage): Promise<void> {
  chapter(7, 'Why is it what it is?', '');
  say('engine.contacts.explain(id): every value that was ever written, where it came from, and why.', 'dim');
  gap();
  const contact = await alice();
  const history = await engine.contacts.explain(contact.id);
  const received = history.filter(({ reason }) => reason !== 'pushed');
  const newest = Object.keys(contact.fields).flatMap((name) => received.find(({ field }) => field === name) ?? []);
  table(
    [20, 24, 11],
    newest.map((one): TableRow => [one.field, shown(short(one.after)), dim(time(one.at)), dim(origin(one))]),
    ['field', 'value', 'since', 'because'],
  );
  gap();
  const statuses = history.filter(({ field }) => field === 'lead_status').reverse();
  table(
    [20, 24, 11],
    statuses.map(
      (one): TableRow => ['lead_status', `${shown(one.before).text} → ${shown(one.after).text}`, dim(time(one.at)), dim(origin(one))],
    ),
    ['lead_status, in full'],
  );
  gap();
  const isExplained = newest.every(({ field, after }) => contact.fields[field as keyof DemoContact['fields']] === after);
  const filled = Object.values(contact.fields).filter((value) => value !== null).length;
  check(isExplained && newest.length === filled, `all ${filled} values that Alice has say where they came from`);
}

const time = (at: string): string => `${at.slice(5, 10)} ${at.slice(11, 16)}`;

/** Source and reason in one: `Lead_Status__c, crm_changed`; `call_a94f3e, fill_if_empty`. */
function origin({ source, rule, reason }: FieldExplanation): string {
  if (reason === 'pushed') return `pushed to ${rule}`;
  return `${source.conversation?.replace('retell:', '') ?? rule}, ${reason}`;
}

const short = (value: unknown): unknown => (typeof value === 'string' && value.length > 24 ? `${value.slice(0, 23)}…` : value);
