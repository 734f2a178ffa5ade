import { field, readOnly, reference } from './field.ts';
import { idField, type ObjectDefinition, objectDefinition, ownerField, systemFields } from './object.ts';

export const campaign: ObjectDefinition = objectDefinition('Campaign', '701', [
  idField('Campaign ID'),
  field('Name', 'string', { length: 80, nillable: false, nameField: true }),
  reference('ParentId', 'Campaign', { label: 'Parent Campaign ID' }),
  field('Type', 'picklist', { options: ['Conference', 'Webinar', 'Trade Show', 'Email', 'Telemarketing', 'Other'] }),
  field('Status', 'picklist', { defaultValue: 'Planned', options: ['Planned', 'In Progress', 'Completed', 'Aborted'] }),
  field('StartDate', 'date'),
  field('EndDate', 'date'),
  field('IsActive', 'boolean', { label: 'Active' }),
  field('Description', 'textarea', { length: 32_000 }),
  ownerField(),
  ...systemFields,
]);

/**
 * Ties a person to a campaign, and neither the person nor the campaign is stamped by it. The API has no undelete for it, so
 * a removed member is in no recycle bin.
 *
 * Source: Object Reference, CampaignMember.
 */
export const campaignMember: ObjectDefinition = objectDefinition(
  'CampaignMember',
  '00v',
  [
    idField('Campaign Member ID'),
    reference('CampaignId', 'Campaign', { updateable: false, nillable: false, cascadeDelete: true }),
    reference('LeadId', 'Lead', { updateable: false, cascadeDelete: true }),
    reference('ContactId', 'Contact', { updateable: false, cascadeDelete: true }),
    field('Status', 'picklist', { length: 40, defaultValue: 'Sent', options: ['Sent', 'Responded'] }),
    readOnly('HasResponded', 'boolean', { label: 'Responded' }),
    ...systemFields,
  ],
  { label: 'Campaign Member', searchable: false, undeletable: false },
);
