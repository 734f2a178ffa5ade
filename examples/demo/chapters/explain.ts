import type { FieldExplanation } from 'crm-sync-engine';
import { chapter, check, dim, gap, say, shown, type TableRow, table } from '../present.ts';
import type { DemoContact, Stage } from '../stage.ts';

export async function why({ engine, alice }: Stage): Promise<void> {
  chapter(9, 'Why is it what it is?', '');
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

/** Source and reason in one: `Lead_Status__c, crm_changed`; `call_a94f3e, fill_if_empty`; who edited it by hand. */
function origin({ source, rule, reason }: FieldExplanation): string {
  if (reason === 'pushed') return `pushed to ${rule}`;
  return `${source.by ?? source.conversation?.replace('retell:', '') ?? rule}, ${reason}`;
}

const short = (value: unknown): unknown => (typeof value === 'string' && value.length > 24 ? `${value.slice(0, 23)}…` : value);
