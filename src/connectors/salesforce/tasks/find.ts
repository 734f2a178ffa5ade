import { hasReference, keyText } from '../../../core/activity/activity-reference.ts';
import { CrmSyncError } from '../../../errors.ts';
import { fitting } from '../../../http/fitting.ts';
import type { Call, FindQuery, FoundRecords } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { convertedContacts } from '../query/converted.ts';
import { queryRows } from '../query/query.ts';
import { startSearch } from '../query/search.ts';
import { idLiteral, instantLiteral, textLiteral } from '../query/soql.ts';
import { toId18 } from '../record-id.ts';
import { keyPlace } from './activity-key.ts';

const DAY_MS = 86_400_000;

/**
 * Tasks by the key of their conversation: by the field that holds it, else among the tasks of the record (or, without
 * one, those that the connected user made) by the line of their text that holds it. `near` bounds the search, since no such field
 * need be indexed: a conversation is logged after it began.
 */
export async function findActivities(context: Context, query: FindQuery, call: Call): Promise<FoundRecords> {
  const info = await context.describer.object(query.object, call);
  const place = keyPlace(info, context.activityKeyField);
  const search = await startSearch(context, query, [place.field], call);
  const bounds = [
    ...(query.near === undefined || (place.kind === 'field' && place.unique)
      ? []
      : [`CreatedDate >= ${instantLiteral(Date.parse(query.near) - DAY_MS)}`]),
    ...(search.selection.tellsDeleted ? ['IsDeleted = FALSE'] : []), // queryAll, since old tasks are archived
  ];
  const take = async (clauses: readonly string[]) =>
    search.take(
      await queryRows(context.client, { soql: search.soql(clauses.join(' AND ')), deletedToo: search.selection.tellsDeleted }, call),
    );

  if (place.kind === 'field') {
    const inList = (keys: readonly string[]) =>
      `${place.field} IN (${keys.flatMap((key) => textLiteral(keyText(key, place.length)) ?? []).join(', ')})`;
    const parts = fitting(
      query.values,
      (keys) => keys.length > 200 || context.client.tooLong(search.soql([inList(keys), ...bounds].join(' AND '))),
    );
    for (const keys of parts) await take([inList(keys), ...bounds]);
    return search.result((values, key) => values[place.field] === keyText(key, place.length));
  }
  if (!info.fields.has(place.field)) search.incomplete();
  const record = query.record ? idLiteral(query.record.id) : null;
  const user = record === null ? idLiteral((await context.account(call)).userId) : null;
  if (record !== null) await take([`(WhoId = ${record} OR WhatId = ${record})`, ...bounds]);
  else if (user !== null) await take([`CreatedById = ${user}`, ...bounds]);
  if (query.record?.object === 'Lead') {
    const contact = await contactOf(context, query.record.id, call);
    if (contact === undefined) search.incomplete();
    else if (contact !== null) await take([`WhoId = ${contact}`, ...bounds]);
  }
  return search.result((values, key) => hasReference(String(values[place.field] ?? ''), 'plain', key));
}

/** The contact that a converted lead became, as a literal: it took the tasks along. Null: none; undefined: nobody may know. */
async function contactOf(context: Context, leadId: string, call: Call): Promise<string | null | undefined> {
  const lead = toId18(leadId);
  try {
    const contacts = await convertedContacts(context, lead === null ? [] : [lead], call);
    return idLiteral(contacts.get(lead ?? ''));
  } catch (error) {
    if (error instanceof CrmSyncError && ['configuration', 'permission'].includes(error.category)) return undefined;
    throw error;
  }
}
