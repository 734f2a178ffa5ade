import { defineMapping } from 'crm-sync-engine';
import { hubspot } from 'crm-sync-engine/hubspot';
import { fakeHubSpot, type HubSpotFault } from 'crm-sync-engine/testing';
import { schema } from './support.ts';
import type { Crm, FaultKind, FaultPlace } from './world.ts';
import { renaming } from './world-renaming.ts';

const names = {
  firstName: 'firstname',
  lastName: 'lastname',
  phone: 'phone',
  status: 'hs_lead_status',
  email: 'email',
  notes: 'conversation_notes',
  source: 'lead_source',
  company: 'company.name',
} as const;
const { nativeOf, personOf } = renaming(names);

const contactMapping = defineMapping(schema, {
  crmObject: 'contacts',
  fields: [
    { crm: 'phone', field: 'phone_number', direction: 'inbound' },
    { crm: 'firstname', field: 'first_name', direction: 'inbound' },
    { crm: 'lastname', field: 'last_name', direction: 'inbound' },
    { crm: 'company.name', field: 'company_name', direction: 'inbound' },
    { crm: 'hs_lead_status', field: 'lead_status', direction: 'both', conflict: 'newest' },
    { crm: 'email', field: 'email', direction: 'both' },
    { crm: 'conversation_notes', field: 'interaction_summary', direction: 'outbound' },
  ],
});

const PLACES: Readonly<Record<FaultPlace, string>> = {
  read: 'list contacts',
  write: 'update contacts',
  create: 'create contacts',
  upsert: 'upsert contacts',
  log: 'create calls',
  relog: 'update calls',
  message: 'create communications',
  remessage: 'update communications',
  token: 'token',
};
const KINDS: Readonly<Record<FaultKind, HubSpotFault>> = {
  lost_ack: 'lost_ack',
  network: 'network',
  unavailable: 'server_error',
  html: 'bad_gateway_html',
  broken_json: 'broken_json',
  timeout: 'gateway_timeout',
  daily_limit: 'daily_limit',
  locked: 'locked',
  refused: 'expired_token',
};

export const hubspotCrm: Crm = {
  name: 'HubSpot',
  connection: 'acme-hubspot',
  object: 'contacts',
  callObject: 'calls',
  names,
  mapping: contactMapping,
  idField: 'our_id',
  notesMax: 65_536,
  codes: { rule: 'record_refused', locked: 'record_locked' },
  showsDeletions: false,
  companyCalls: 1,
  lockTries: 6,
  isWrite: (operation) => /^(create|update|upsert|archive|merge|gdprDelete|createAssociations|archiveAssociations) /.test(operation),

  open(clock, { pageSizeMax, contactRule, refusesCalls, statuses = ['New', 'Working', 'Qualified'], isOther }) {
    const crm = fakeHubSpot({
      clock,
      indexLagMs: 30_000, // what integrators report
      properties: {
        contacts: {
          hs_lead_status: { type: 'enumeration', fieldType: 'radio', options: statuses },
          conversation_notes: { type: 'string', fieldType: 'textarea' },
          lead_source: { type: 'string' },
          our_id: { type: 'string', hasUniqueValue: true },
        },
      },
      validationRules: {
        contacts: (properties) => {
          const { field, message } = contactRule?.(personOf(properties)) ?? {};
          return message === undefined ? null : { message, code: 'REFUSED_BY_RULE', name: field === undefined ? '' : names[field] };
        },
        calls: () => (refusesCalls?.() === true ? { message: 'No calls today.', code: 'REFUSED_BY_RULE', name: '' } : null),
      },
      ...(pageSizeMax === undefined ? {} : { pageSizeMax }),
      ...(isOther === true ? { portalId: 62_515 } : {}),
    });
    const view = ({ id }: { readonly id: string }) => ({ id, fields: personOf(crm.record(id).properties) });
    return {
      calls: crm.calls,
      connectorOf: () => hubspot({ ...crm.options, clock }),
      auth: crm.options.auth,
      add: (person) => view(crm.add('contacts', nativeOf(person))),
      edit: (id, person) => void crm.edit(id, nativeOf(person)),
      remove: (id) => void crm.remove(id),
      restore: (id) => void crm.restore(id),
      merge: (winnerId, loserId) => view(crm.merge(winnerId, loserId)),
      record: (id) => view({ id }),
      valuesOf: (id) => crm.record(id).properties,
      list: () => crm.list('contacts').map(view),
      loggedCalls: () =>
        crm.list('calls').map(({ id, properties, associations }) => ({
          id,
          key: properties['hs_call_external_id'],
          contactIds: associations['contacts'] ?? [],
          subject: properties['hs_call_title'],
          body: properties['hs_call_body'],
        })),
      loggedMessages: () =>
        crm.list('communications').map(({ id, properties, associations }) => ({
          id,
          at: properties['hs_timestamp'],
          contactIds: associations['contacts'] ?? [],
          lines: properties['hs_communication_body'].split('<br>').filter((line: string) => line !== ''),
        })),
      editField: (id, field, change) => void crm.edit(id, { [field]: change(crm.record(id).properties[field]) }),
      editCall: (id, { subject, body }) =>
        void crm.edit(id, {
          ...(subject === undefined ? {} : { hs_call_title: subject }),
          ...(body === undefined ? {} : { hs_call_body: body }),
        }),
      hide: (field) => crm.hideProperty(`contacts.${names[field]}`),
      show: (field) => crm.showProperty(`contacts.${names[field]}`),
      fault: ({ on, what, ...more }) => crm.fault({ on: PLACES[on], what: KINDS[what], ...more }),
      ownFault: ({ what, ...more }) => crm.fault({ what: what as HubSpotFault, ...more }),
      verify: () => crm.verify(),
      expireTokens: () => crm.expireTokens(),
    };
  },
};
