import type { Millis } from '../../core/values/value.ts';
import type { Address, Stored, Values } from './database.ts';
import type { Org } from './org.ts';
import type { ObjectSchema } from './schema/schema.ts';
import { CLOSED_CASE_STATUS, CLOSED_TASK_STATUS, STAGES } from './schema/work.ts';

/** What Salesforce itself works out when a record is saved: names, addresses, closed flags, the account of a task. */
export function derive(org: Org, object: ObjectSchema, values: Values, before: Values | null, at: Millis): Values {
  return { ...values, ...addressesOf(object, values), ...DERIVE[object.name]?.({ org, values, before, at }) };
}

interface Saving {
  readonly org: Org;
  readonly values: Values;
  readonly before: Values | null;
  readonly at: Millis;
}

const DERIVE: Readonly<Record<string, (saving: Saving) => Values>> = {
  Contact: ({ values }) => ({ Name: personName(values) }),
  Lead: ({ values }) => ({ Name: personName(values) }),
  User: ({ values }) => ({ Name: personName(values) }),
  CampaignMember: ({ values }) => ({ HasResponded: values['Status'] === 'Responded' }),
  Opportunity: ({ values, before, at }) => {
    const stage = text(values['StageName']);
    const moved = stage !== text(before?.['StageName']);
    const given = (values['Probability'] ?? null) !== (before?.['Probability'] ?? null);
    const probability = moved && !given ? (STAGES[stage] ?? 0) : (values['Probability'] ?? null);
    return {
      Probability: probability,
      IsClosed: stage.startsWith('Closed'),
      IsWon: stage === 'Closed Won',
      ExpectedRevenue:
        typeof values['Amount'] === 'number' && typeof probability === 'number' ? (values['Amount'] * probability) / 100 : null,
      LastStageChangeDate: moved && before !== null ? at : (values['LastStageChangeDate'] ?? null),
    };
  },
  Case: ({ org, values, before, at }) => {
    const closed = values['Status'] === CLOSED_CASE_STATUS;
    const contact = org.database.get(text(values['ContactId']))?.values;
    return {
      CaseNumber: values['CaseNumber'] ?? String(1000 + org.database.count('Case') + 1).padStart(8, '0'),
      IsClosed: closed,
      ClosedDate: closed ? ((before?.['IsClosed'] === true ? before['ClosedDate'] : at) ?? at) : null,
      ContactPhone: contact?.['Phone'] ?? null,
      ContactMobile: contact?.['MobilePhone'] ?? null,
      ContactEmail: contact?.['Email'] ?? null,
    };
  },
  Task: ({ org, values, before, at }) => {
    const closed = values['Status'] === CLOSED_TASK_STATUS;
    return {
      IsClosed: closed,
      IsHighPriority: values['Priority'] === 'High',
      CompletedDateTime: closed ? ((before?.['IsClosed'] === true ? before['CompletedDateTime'] : at) ?? at) : null,
      AccountId: accountOfTask(org, values),
    };
  },
};

const text = (value: Stored | undefined): string => (typeof value === 'string' ? value : '');

const personName = (values: Values): string =>
  [values['FirstName'], values['LastName']].filter((part) => typeof part === 'string').join(' ');

/** The account of what the task is related to, else that of the contact. */
function accountOfTask({ database }: Org, values: Values): Stored {
  const what = database.get(text(values['WhatId']));
  if (what !== undefined) return what.schema.name === 'Account' ? what.id : (what.values['AccountId'] ?? null);
  return database.get(text(values['WhoId']))?.values['AccountId'] ?? null;
}

function addressesOf(object: ObjectSchema, values: Values): Values {
  const addresses: Record<string, Stored> = {};
  for (const { name, type } of object.fields) if (type === 'address') addresses[name] = addressOf(name.slice(0, -'Address'.length), values);
  return addresses;
}

/** Null where no part is filled. */
function addressOf(prefix: string, values: Values): Address | null {
  const part = (name: string): string | null => text(values[prefix + name]) || null;
  const [city, country, postalCode, state, street] = [part('City'), part('Country'), part('PostalCode'), part('State'), part('Street')];
  if ([city, country, postalCode, state, street].every((one) => one === null)) return null;
  return { city, country, geocodeAccuracy: null, latitude: null, longitude: null, postalCode, state, street };
}
