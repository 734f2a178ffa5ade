import { calculatedPhone, type ObjectDefinition, phonePartProperties, systemProperties } from './object-type.ts';
import { calculated, property, readOnly } from './property.ts';

/** In the order in which a contact moves through them. */
export const LIFECYCLE_STAGES = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
  'other',
] as const;

export const lifecycleStage = property('lifecyclestage', 'Lifecycle Stage', 'enumeration', {
  fieldType: 'radio',
  options: [
    ['subscriber', 'Subscriber'],
    ['lead', 'Lead'],
    ['marketingqualifiedlead', 'Marketing Qualified Lead'],
    ['salesqualifiedlead', 'Sales Qualified Lead'],
    ['opportunity', 'Opportunity'],
    ['customer', 'Customer'],
    ['evangelist', 'Evangelist'],
    ['other', 'Other'],
  ],
});

export const leadStatus = property('hs_lead_status', 'Lead Status', 'enumeration', {
  fieldType: 'radio',
  groupName: 'sales_properties',
  options: [
    ['NEW', 'New'],
    ['OPEN', 'Open'],
    ['IN_PROGRESS', 'In Progress'],
    ['OPEN_DEAL', 'Open Deal'],
    ['UNQUALIFIED', 'Unqualified'],
    ['ATTEMPTED_TO_CONTACT', 'Attempted to Contact'],
    ['CONNECTED', 'Connected'],
    ['BAD_TIMING', 'Bad Timing'],
  ],
});

export const owner = property('hubspot_owner_id', 'Owner', 'enumeration', { external: 'owners', groupName: 'sales_properties' });

/** What HubSpot keeps when an activity is logged on a record. */
export const activityProperties = [
  readOnly('notes_last_contacted', 'Last Contacted', 'datetime'),
  readOnly('notes_last_updated', 'Last Activity Date', 'datetime'),
  readOnly('num_contacted_notes', 'Number of times contacted', 'number'),
  readOnly('num_notes', 'Number of Sales Activities', 'number'),
];

export const contacts: ObjectDefinition = {
  name: 'contacts',
  singular: 'contact',
  typeId: '0-1',
  createdProperty: 'createdate',
  modifiedProperty: 'lastmodifieddate',
  shownByDefault: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
  searched: [
    'firstname',
    'lastname',
    'email',
    'phone',
    'hs_additional_emails',
    'fax',
    'mobilephone',
    'company',
    'hs_marketable_until_renewal',
  ],
  requiredOneOf: ['email', 'firstname', 'lastname'],
  readsArchived: true,
  mergeable: true,
  namedEvents: true,
  readScope: 'crm.objects.contacts.read',
  writeScope: 'crm.objects.contacts.write',
  schemaScopes: ['crm.schemas.contacts.read', 'crm.objects.contacts.read'],
  schemaWriteScope: 'crm.schemas.contacts.write',
  groups: ['contactinformation', 'sales_properties', 'emailinformation'],
  properties: [
    property('email', 'Email', 'string'),
    property('hs_additional_emails', 'Additional email addresses', 'enumeration', { fieldType: 'checkbox' }),
    property('firstname', 'First Name', 'string'),
    property('lastname', 'Last Name', 'string'),
    property('salutation', 'Salutation', 'string'),
    property('phone', 'Phone Number', 'string', { fieldType: 'phonenumber' }),
    property('mobilephone', 'Mobile Phone Number', 'string', { fieldType: 'phonenumber' }),
    property('hs_whatsapp_phone_number', 'WhatsApp Phone Number', 'string', { fieldType: 'phonenumber' }),
    property('fax', 'Fax Number', 'string'),
    ...calculatedPhone,
    ...phonePartProperties,
    calculated('hs_calculated_mobile_number', 'Calculated Mobile Number in International Format', 'string', {
      fieldType: 'phonenumber',
      calculationFormula: 'format_phone_number(string(mobilephone))',
    }),
    calculated('hs_searchable_calculated_mobile_number', 'Calculated Mobile Number without country code', 'string', {
      fieldType: 'phonenumber',
      calculationFormula: 'format_searchable_phone_number(string(mobilephone))',
    }),
    calculated('hs_searchable_calculated_international_phone_number', 'Calculated Phone Number with country code', 'string', {
      fieldType: 'phonenumber',
    }),
    calculated('hs_searchable_calculated_international_mobile_number', 'Calculated Mobile Number with country code', 'string', {
      fieldType: 'phonenumber',
    }),
    property('company', 'Company Name', 'string'),
    property('jobtitle', 'Job Title', 'string'),
    property('website', 'Website URL', 'string'),
    property('address', 'Street Address', 'string'),
    property('city', 'City', 'string'),
    property('state', 'State/Region', 'string'),
    property('zip', 'Postal Code', 'string'),
    property('country', 'Country/Region', 'string'),
    property('date_of_birth', 'Date of birth', 'string'),
    property('industry', 'Industry', 'string'),
    property('annualrevenue', 'Annual Revenue', 'string'),
    property('message', 'Message', 'string', { fieldType: 'textarea' }),
    property('closedate', 'Close Date', 'datetime'),
    property('total_revenue', 'Total Revenue', 'number'),
    property('hs_language', 'Preferred language', 'enumeration', {
      options: [
        ['en', 'English'],
        ['de', 'German'],
        ['es', 'Spanish'],
        ['fr', 'French'],
        ['ja', 'Japanese'],
      ],
    }),
    lifecycleStage,
    leadStatus,
    owner,
    readOnly('hubspot_owner_assigneddate', 'Owner Assigned Date', 'datetime', { groupName: 'sales_properties' }),
    readOnly('associatedcompanyid', 'Primary Associated Company ID', 'number'),
    ...activityProperties,
    readOnly('hs_email_optout', 'Unsubscribed from all email', 'bool', { groupName: 'emailinformation' }),
    readOnly('hs_email_domain', 'Email Domain', 'string'),
    readOnly('hs_marketable_until_renewal', 'Marketing contact until next update', 'enumeration', {
      options: [
        ['true', 'Yes'],
        ['false', 'No'],
      ],
    }),
    readOnly('hs_lifecyclestage_lead_date', 'Became a Lead Date', 'datetime', { readsMillis: true }),
    readOnly('hs_pipeline', 'Pipeline', 'enumeration', { hidden: true, external: 'pipelines' }),
    calculated('hs_is_contact', 'Is a contact', 'bool'),
    calculated('hs_is_unworked', 'Contact unworked', 'bool'),
    calculated('hs_all_contact_vids', 'All vids for a contact', 'enumeration', { fieldType: 'checkbox' }),
    calculated('hs_calculated_merged_vids', 'Merged vids with timestamps of a contact', 'enumeration', { fieldType: 'checkbox' }),
    readOnly('createdate', 'Create Date', 'datetime'),
    readOnly('lastmodifieddate', 'Last Modified Date', 'datetime'),
    ...systemProperties,
  ],
};
