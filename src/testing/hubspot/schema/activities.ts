import { owner } from './contacts.ts';
import { type ObjectDefinition, stampProperties, systemProperties } from './object-type.ts';
import { calculated, type Property, property } from './property.ts';

/** HubSpot's own call outcomes. A portal may add others. Source: HubSpot developer docs, "Calls". */
export const DISPOSITIONS = {
  Busy: '9d9162e7-6cf3-4944-bf63-4dff82258764',
  Connected: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
  'Left live message': 'a4c4c377-d246-4b32-a13b-75a56a4cd0ff',
  'Left voicemail': 'b2cf5968-551e-4856-9783-52b3da59a7d0',
  'No answer': '73a0d17f-1163-4015-bdd5-ec830791da20',
  'Wrong number': '17b47fee-58de-441e-a44c-c6300d46f273',
} as const;

const CALL_STATUSES = [
  'BUSY',
  'CALLING_CRM_USER',
  'CANCELED',
  'COMPLETED',
  'CONNECTING',
  'FAILED',
  'IN_PROGRESS',
  'MISSED',
  'NO_ANSWER',
  'QUEUED',
  'RINGING',
];

/** Activities go by the scopes of contacts: there are none of their own. */
const activity = {
  createdProperty: 'hs_createdate',
  modifiedProperty: 'hs_lastmodifieddate',
  shownByDefault: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  readsArchived: false,
  mergeable: false,
  namedEvents: false,
  readScope: 'crm.objects.contacts.read',
  writeScope: 'crm.objects.contacts.write',
  schemaScopes: ['crm.objects.contacts.read'],
} as const;

const common: readonly Property[] = [
  property('hs_timestamp', 'Activity date', 'datetime'),
  property('hs_attachment_ids', 'Attached file IDs', 'enumeration', { fieldType: 'checkbox' }),
  owner,
  ...stampProperties('hs_createdate'),
  ...systemProperties,
];

export const calls: ObjectDefinition = {
  ...activity,
  name: 'calls',
  singular: 'call',
  typeId: '0-48',
  searched: ['hs_call_title', 'hs_body_preview'],
  required: ['hs_timestamp'],
  schemaWriteScope: 'crm.schemas.calls.write',
  groups: ['call', 'engagement'],
  properties: [
    property('hs_call_title', 'Call Title', 'string'),
    property('hs_call_body', 'Call notes', 'string', { fieldType: 'html' }),
    property('hs_call_direction', 'Call direction', 'enumeration', {
      options: [
        ['INBOUND', 'Inbound'],
        ['OUTBOUND', 'Outbound'],
      ],
    }),
    property('hs_call_disposition', 'Call outcome', 'enumeration', {
      options: Object.entries(DISPOSITIONS).map(([label, value]) => [value, label] as const),
    }),
    property('hs_call_duration', 'Call duration', 'number'),
    property('hs_call_from_number', 'From Number', 'string'),
    property('hs_call_to_number', 'To Number', 'string'),
    property('hs_call_recording_url', 'Recording URL', 'string'),
    property('hs_call_status', 'Call Status', 'enumeration', { options: CALL_STATUSES }),
    property('hs_call_source', 'Call Source', 'enumeration', { options: ['INTEGRATIONS_PLATFORM'] }),
    property('hs_call_app_id', 'App ID', 'number'),
    property('hs_call_external_id', 'External ID', 'string'),
    property('hs_call_external_account_id', 'External Account ID', 'string'),
    property('hs_call_callee_object_id', 'Callee object id', 'number'),
    property('hs_call_callee_object_type_id', 'Callee object type id', 'string'),
    property('hs_activity_type', 'Call and meeting type', 'enumeration', { options: ['Discovery call', 'Follow-up call'] }),
    calculated('hs_body_preview', 'Body preview', 'string'),
    ...common,
  ],
};

export const communications: ObjectDefinition = {
  ...activity,
  name: 'communications',
  singular: 'communication',
  typeId: '0-18',
  required: ['hs_timestamp', 'hs_communication_channel_type'],
  schemaWriteScope: 'crm.schemas.communications.write',
  groups: ['communication', 'engagement'],
  properties: [
    property('hs_communication_channel_type', 'Channel Type', 'enumeration', {
      options: [
        ['SMS', 'SMS'],
        ['WHATS_APP', 'WhatsApp'],
        ['LINKEDIN_MESSAGE', 'LinkedIn'],
        ['CUSTOM_CHANNEL_CONVERSATION', 'Custom channel'],
      ],
    }),
    property('hs_communication_logged_from', 'Logged From', 'enumeration', { options: ['CRM'] }),
    property('hs_communication_body', 'Communication body', 'string', { fieldType: 'html' }),
    ...common,
  ],
};

export const notes: ObjectDefinition = {
  ...activity,
  name: 'notes',
  singular: 'note',
  typeId: '0-46',
  searched: ['hs_note_body'],
  required: ['hs_timestamp'],
  schemaWriteScope: 'crm.schemas.notes.write',
  groups: ['note', 'engagement'],
  properties: [property('hs_note_body', 'Note body', 'string', { fieldType: 'html' }), ...common],
};
