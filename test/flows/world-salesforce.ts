import { salesforce } from 'crm-sync-engine/salesforce';
import { fakeSalesforce, type SalesforceFault } from 'crm-sync-engine/testing';
import { CUSTOM_FIELDS, contactMapping } from './support.ts';
import type { Crm, FaultKind, FaultPlace } from './world.ts';
import { renaming } from './world-renaming.ts';

const names = {
  firstName: 'FirstName',
  lastName: 'LastName',
  phone: 'Phone',
  status: 'Lead_Status__c',
  email: 'Email',
  notes: 'Notes__c',
  source: 'LeadSource',
  company: 'Account.Name',
} as const;
const { nativeOf, personOf } = renaming(names);

const PLACES: Readonly<Record<FaultPlace, string>> = {
  read: 'query',
  write: 'PATCH Contact',
  create: 'POST Contact',
  upsert: 'upsert Contact',
  log: 'POST Task',
  relog: 'PATCH Task',
  message: 'POST Task',
  remessage: 'PATCH Task',
  token: 'token',
};
const KINDS: Readonly<Record<FaultKind, SalesforceFault>> = {
  lost_ack: 'lost_ack',
  network: 'network',
  unavailable: 'server_unavailable',
  html: 'html_error',
  broken_json: 'broken_json',
  timeout: 'query_timeout',
  daily_limit: 'request_limit',
  locked: 'row_lock',
  refused: 'expired_session',
};

const ID_FIELD = { type: 'string', length: 40, externalId: true, unique: true } as const;

export const salesforceCrm: Crm = {
  name: 'Salesforce',
  connection: 'acme-salesforce',
  object: 'Contact',
  callObject: 'Task',
  names,
  mapping: contactMapping,
  idField: 'Our_Id__c',
  notesMax: 32_000,
  codes: { rule: 'validation_rule', locked: 'row_locked' },
  showsDeletions: true,
  companyCalls: 0,
  lockTries: 2,
  isWrite: (operation) => /^(POST|PATCH|DELETE|upsert) /.test(operation),

  open(clock, { pageSizeMax, contactRule, refusesCalls, statuses, isOther }) {
    const { Lead_Status__c, Notes__c } = CUSTOM_FIELDS.Contact;
    const crm = fakeSalesforce({
      clock,
      fields: {
        Contact: { Lead_Status__c: { ...Lead_Status__c, options: statuses ?? Lead_Status__c.options }, Notes__c, Our_Id__c: ID_FIELD },
      },
      validationRules: {
        Contact: (fields) => {
          const { field, message } = contactRule?.(personOf(fields)) ?? {};
          return message === undefined ? null : { message, ...(field === undefined ? {} : { field: names[field] }) };
        },
        Task: () => (refusesCalls?.() === true ? { message: 'No tasks today.' } : null),
      },
      ...(pageSizeMax === undefined ? {} : { pageSizeMax }),
      ...(isOther === true ? { orgId: '00DFk0000000002' } : {}),
    });
    const view = ({ id }: { readonly id: string }) => ({ id, fields: personOf(crm.record(id).fields) });
    return {
      calls: crm.calls,
      connectorOf: () => salesforce({ ...crm.options, clock }),
      auth: crm.options.auth,
      add: (person) => view(crm.add('Contact', nativeOf(person))),
      edit: (id, person) => void crm.edit(id, nativeOf(person)),
      remove: (id) => void crm.remove(id),
      restore: (id) => void crm.restore(id),
      merge: (winnerId, loserId) => view(crm.merge(winnerId, loserId)),
      record: (id) => view({ id }),
      valuesOf: (id) => crm.record(id).fields,
      list: () => crm.list('Contact').map(view),
      loggedCalls: () =>
        crm.list('Task').map(({ id, fields: { CallObject, WhoId, Subject, Description } }) => ({
          id,
          key: CallObject,
          contactIds: WhoId === null ? [] : [WhoId],
          subject: Subject,
          body: Description,
        })),
      loggedMessages: () =>
        crm
          .list('Task')
          .filter(({ fields }) => fields['TaskSubtype'] !== 'Call')
          .map(({ id, fields: { WhoId, ActivityDate, Subject, Description } }) => ({
            id,
            at: ActivityDate,
            contactIds: WhoId === null ? [] : [WhoId],
            lines: [Subject, ...Description.split('\n').filter((line: string) => line !== '')],
          })),
      editField: (id, field, change) => void crm.edit(id, { [field]: change(crm.record(id).fields[field]) }),
      editCall: (id, { subject, body }) =>
        void crm.edit(id, {
          ...(subject === undefined ? {} : { Subject: subject }),
          ...(body === undefined ? {} : { Description: body }),
        }),
      hide: (field) => crm.hideField(`Contact.${names[field]}`),
      show: (field) => crm.showField(`Contact.${names[field]}`),
      fault: ({ on, what, ...more }) => crm.fault({ on: PLACES[on], what: KINDS[what], ...more }),
      ownFault: ({ what, ...more }) => crm.fault({ what: what as SalesforceFault, ...more }),
      verify: () => crm.verify(),
      expireTokens: () => crm.expireSessions(),
    };
  },
};
