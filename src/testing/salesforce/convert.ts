import { isDeleted, type StoredRecord } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import { type Org, objectOf } from './org.ts';
import { wireFields } from './rules.ts';
import { type Input, insertRecord, type Save, stampOf, stamps, updateRecord } from './save.ts';

/** How a lead is converted. */
export interface LeadConversion {
  /** An account that is there already; else one is made of the lead's company. */
  readonly accountId?: string;
  /** A contact of that account which takes the lead in: only its blank fields are filled. Else one is made. */
  readonly contactId?: string;
  /** Makes an opportunity of that name. */
  readonly opportunityName?: string;
}

export interface Converted {
  readonly account: StoredRecord;
  readonly contact: StoredRecord;
  readonly opportunity: StoredRecord | null;
}

const CONVERTED_STATUS = 'Closed - Converted';
const CLOSE_AFTER_MS = 30 * 86_400_000;

const ADDRESS_PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'];
const address = (prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(ADDRESS_PARTS.map((part) => [prefix + part, part]));
const same = (...names: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(names.map((name) => [name, name]));

/** Where the standard fields of a lead go: by field of the new record, the one of the lead. */
const CARRIED: Readonly<Record<'Account' | 'Contact' | 'Opportunity', Readonly<Record<string, string>>>> = {
  Account: {
    Name: 'Company',
    AccountSource: 'LeadSource',
    ...same('Phone', 'Fax', 'Website', 'Industry', 'Rating', 'AnnualRevenue', 'NumberOfEmployees'),
    ...address('Billing'),
  },
  Contact: {
    ...same('FirstName', 'LastName', 'Salutation', 'Title', 'Phone', 'MobilePhone', 'Fax', 'Email', 'LeadSource', 'Description'),
    ...same('HasOptedOutOfEmail', 'DoNotCall'),
    ...address('Mailing'),
  },
  Opportunity: same('LeadSource'),
};

/**
 * A lead becomes a contact of an account, and maybe an opportunity; it stays as a read-only record that names them, and
 * its activities go to them. Its memberships of campaigns name the contact too, as orgs are seen to do. A custom field goes to one
 * of the same name, as if the administrator had mapped the two.
 *
 * Source: SOAP API Developer Guide, convertLead().
 */
export function convertLead(org: Org, lead: StoredRecord, conversion: LeadConversion, save: Save): Converted {
  if (lead.schema.name !== 'Lead') throw new SalesforceFailure('INVALID_ID_FIELD', `${lead.id} is no lead`);
  if (isDeleted(lead)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 });
  if (lead.values['IsConverted'] === true) throw new SalesforceFailure('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
  const { accountId, contactId, opportunityName } = conversion;
  if (contactId !== undefined && accountId === undefined)
    throw new SalesforceFailure('REQUIRED_FIELD_MISSING', 'A contact is named by its account: give accountId too');
  const account =
    accountId === undefined
      ? insertRecord(org, objectOf(org, 'Account'), carried(org, lead, 'Account'), save)
      : present(org, accountId, 'Account');
  const contact = contactOf(org, lead, { account, isNew: accountId === undefined, contactId }, save);
  const opportunity = opportunityName === undefined ? null : opportunityOf(org, lead, { account, contact, opportunityName }, save);

  const day = new Date(org.now()).toISOString().slice(0, 10);
  updateRecord(
    org,
    lead,
    {
      Status: CONVERTED_STATUS,
      IsConverted: true,
      ConvertedDate: day,
      ConvertedAccountId: account.id,
      ConvertedContactId: contact.id,
      ConvertedOpportunityId: opportunity?.id ?? null,
    },
    save,
  );
  const related = (opportunity ?? account).id;
  const at = stampOf(org, save);
  for (const task of org.database.all('Task')) {
    if (task.values['WhoId'] !== lead.id) continue;
    org.database.replace(task, { ...task.values, ...stamps(org, at), WhoId: contact.id, WhatId: related, AccountId: account.id });
  }
  for (const member of org.database.all('CampaignMember')) {
    if (member.values['LeadId'] !== lead.id || isDeleted(member)) continue;
    org.database.replace(member, { ...member.values, ...stamps(org, at), ContactId: contact.id });
  }
  return { account, contact, opportunity };
}

interface ContactTarget {
  readonly account: StoredRecord;
  readonly isNew: boolean;
  readonly contactId: string | undefined;
}

function contactOf(org: Org, lead: StoredRecord, { account, isNew, contactId }: ContactTarget, save: Save): StoredRecord {
  const values = { ...carried(org, lead, 'Contact'), AccountId: account.id };
  if (!isNew) updateRecord(org, account, blanksOf(account, carried(org, lead, 'Account')), save);
  if (contactId === undefined) return insertRecord(org, objectOf(org, 'Contact'), values, save);
  const contact = present(org, contactId, 'Contact');
  if (contact.values['AccountId'] !== account.id)
    throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'The contact does not belong to the account');
  updateRecord(org, contact, blanksOf(contact, values), save);
  return contact;
}

function opportunityOf(
  org: Org,
  lead: StoredRecord,
  { account, contact, opportunityName }: { account: StoredRecord; contact: StoredRecord; opportunityName: string },
  save: Save,
): StoredRecord {
  const opportunity = insertRecord(
    org,
    objectOf(org, 'Opportunity'),
    {
      ...carried(org, lead, 'Opportunity'),
      Name: opportunityName,
      AccountId: account.id,
      StageName: 'Prospecting',
      CloseDate: new Date(org.now() + CLOSE_AFTER_MS).toISOString().slice(0, 10),
    },
    save,
  );
  const role = { OpportunityId: opportunity.id, ContactId: contact.id, IsPrimary: true };
  insertRecord(org, objectOf(org, 'OpportunityContactRole'), role, save);
  return opportunity;
}

function present(org: Org, id: string, object: string): StoredRecord {
  const record = org.database.get(id);
  if (record === undefined || record.schema.name !== object)
    throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (isDeleted(record)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 });
  return record;
}

/** What the lead brings to the other record, in the form of the API; blank fields bring nothing. */
function carried(org: Org, lead: StoredRecord, object: 'Account' | 'Contact' | 'Opportunity'): Input {
  const target = objectOf(org, object);
  const custom = lead.schema.fields.filter(({ name, custom: isCustom }) => isCustom && target.anyField(name)?.createable === true);
  const names = { ...CARRIED[object], ...same(...custom.map(({ name }) => name)) };
  const wire = wireFields(lead.schema, lead.values);
  return Object.fromEntries(Object.entries(names).flatMap(([to, from]) => (wire[from] === null ? [] : [[to, wire[from]]])));
}

/** Those of the values that fill a blank field. */
const blanksOf = (record: StoredRecord, values: Input): Input =>
  Object.fromEntries(Object.entries(values).filter(([name]) => (record.values[name] ?? null) === null));
