import { field, readOnly, reference } from './field.ts';
import { idField, LEAD_SOURCES, masterRecordField, type ObjectDefinition, objectDefinition, ownerField, systemFields } from './object.ts';

/** Stages with their probability in percent. The last two close the opportunity. */
export const STAGES: Readonly<Record<string, number>> = {
  Prospecting: 10,
  Qualification: 10,
  'Needs Analysis': 20,
  'Value Proposition': 50,
  'Id. Decision Makers': 60,
  'Perception Analysis': 70,
  'Proposal/Price Quote': 75,
  'Negotiation/Review': 90,
  'Closed Won': 100,
  'Closed Lost': 0,
};

/** Statuses of a task; one of them closes it. Rows of the object TaskStatus. */
export const TASK_STATUSES = ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'] as const;
export const CLOSED_TASK_STATUS = 'Completed';
export const CLOSED_CASE_STATUS = 'Closed';

const activityField = readOnly('LastActivityDate', 'date', { label: 'Last Activity' });

export const opportunity: ObjectDefinition = objectDefinition(
  'Opportunity',
  '006',
  [
    idField('Opportunity ID'),
    reference('AccountId', 'Account', { cascadeDelete: true }),
    field('IsPrivate', 'boolean', { label: 'Private' }),
    field('Name', 'string', { length: 120, nillable: false, nameField: true }),
    field('Description', 'textarea', { length: 32_000 }),
    field('StageName', 'picklist', { label: 'Stage', nillable: false, options: Object.keys(STAGES) }),
    field('Amount', 'currency', { scale: 2 }),
    field('Probability', 'percent', { label: 'Probability (%)', precision: 3, scale: 0, defaultedOnCreate: true }),
    readOnly('ExpectedRevenue', 'currency', { label: 'Expected Amount', scale: 2 }),
    field('CloseDate', 'date', { nillable: false }),
    field('Type', 'picklist', {
      label: 'Opportunity Type',
      options: ['Existing Customer - Upgrade', 'Existing Customer - Replacement', 'Existing Customer - Downgrade', 'New Customer'],
    }),
    field('NextStep', 'string'),
    field('LeadSource', 'picklist', { options: LEAD_SOURCES }),
    readOnly('IsClosed', 'boolean', { label: 'Closed' }),
    readOnly('IsWon', 'boolean', { label: 'Won' }),
    ownerField(),
    ...systemFields,
    activityField,
    readOnly('PushCount', 'int'),
    readOnly('LastStageChangeDate', 'datetime'),
    reference('ContactId', 'Contact', { updateable: false }),
  ],
  { labelPlural: 'Opportunities' },
);

export const opportunityContactRole: ObjectDefinition = objectDefinition(
  'OpportunityContactRole',
  '00K',
  [
    idField('Contact Role ID'),
    reference('OpportunityId', 'Opportunity', { updateable: false, nillable: false, cascadeDelete: true }),
    reference('ContactId', 'Contact', { nillable: false, cascadeDelete: true }),
    field('Role', 'picklist', {
      options: [
        'Business User',
        'Decision Maker',
        'Economic Buyer',
        'Economic Decision Maker',
        'Evaluator',
        'Executive Sponsor',
        'Influencer',
        'Technical Buyer',
        'Other',
      ],
    }),
    field('IsPrimary', 'boolean', { label: 'Primary' }),
    ...systemFields,
  ],
  { label: 'Opportunity Contact Role', searchable: false },
);

export const supportCase: ObjectDefinition = objectDefinition(
  'Case',
  '500',
  [
    idField('Case ID'),
    masterRecordField('Case'),
    readOnly('CaseNumber', 'string', {
      length: 30,
      nillable: false,
      defaultedOnCreate: true,
      nameField: true,
      idLookup: true,
      groupable: false,
    }),
    reference('ContactId', 'Contact'),
    reference('AccountId', 'Account'),
    reference('ParentId', 'Case', { label: 'Parent Case ID' }),
    field('SuppliedName', 'string', { label: 'Name', length: 80 }),
    field('SuppliedEmail', 'email', { label: 'Email Address' }),
    field('SuppliedPhone', 'string', { label: 'Phone', length: 40 }),
    field('SuppliedCompany', 'string', { label: 'Company', length: 80 }),
    field('Type', 'picklist', { label: 'Case Type', options: ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other'] }),
    field('Status', 'picklist', { defaultValue: 'New', options: ['New', 'Working', 'Escalated', CLOSED_CASE_STATUS] }),
    field('Reason', 'picklist', {
      label: 'Case Reason',
      options: ['Installation', 'Equipment Complexity', 'Performance', 'Breakdown', 'Equipment Design', 'Feedback', 'Other'],
    }),
    field('Origin', 'picklist', { label: 'Case Origin', options: ['Phone', 'Email', 'Web'] }),
    field('Subject', 'string'),
    field('Priority', 'picklist', { defaultValue: 'Medium', options: ['High', 'Medium', 'Low'] }),
    field('Description', 'textarea', { length: 32_000 }),
    readOnly('IsClosed', 'boolean', { label: 'Closed' }),
    readOnly('ClosedDate', 'datetime'),
    field('IsEscalated', 'boolean', { label: 'Escalated' }),
    ownerField(['Group', 'User']),
    ...systemFields,
    readOnly('ContactPhone', 'phone'),
    readOnly('ContactMobile', 'phone'),
    readOnly('ContactEmail', 'email'),
  ],
  { mergeable: true },
);

export const task: ObjectDefinition = objectDefinition('Task', '00T', [
  idField('Activity ID'),
  reference('WhoId', ['Contact', 'Lead'], { label: 'Name ID', cascadeDelete: true }),
  reference('WhatId', ['Account', 'Campaign', 'Case', 'Opportunity'], { label: 'Related To ID', cascadeDelete: true }),
  field('Subject', 'combobox', { groupable: false, options: ['Call', 'Email', 'Send Letter', 'Send Quote', 'Other'] }),
  field('ActivityDate', 'date', { label: 'Due Date Only' }),
  field('Status', 'picklist', { nillable: false, defaultValue: 'Not Started', options: TASK_STATUSES }),
  field('Priority', 'picklist', { nillable: false, defaultValue: 'Normal', options: ['High', 'Normal', 'Low'] }),
  readOnly('IsHighPriority', 'boolean', { label: 'High Priority' }),
  reference('OwnerId', ['Group', 'User'], { label: 'Assigned To ID', nillable: false, defaultedOnCreate: true }),
  field('Description', 'textarea', { length: 32_000 }),
  field('Type', 'picklist', { options: ['Call', 'Email', 'Meeting', 'Other'] }),
  readOnly('AccountId', 'reference', { referenceTo: ['Account'], relationshipName: 'Account' }),
  readOnly('IsClosed', 'boolean', { label: 'Closed' }),
  ...systemFields,
  readOnly('IsArchived', 'boolean', { label: 'Archived' }),
  field('CallDurationInSeconds', 'int', { label: 'Call Duration' }),
  field('CallType', 'picklist', { length: 40, options: ['Internal', 'Inbound', 'Outbound'] }),
  field('CallDisposition', 'string', { label: 'Call Result' }),
  field('CallObject', 'string', { label: 'Call Object Identifier' }),
  field('ReminderDateTime', 'datetime', { label: 'Reminder Date/Time' }),
  field('IsReminderSet', 'boolean', { label: 'Reminder Set' }),
  readOnly('CompletedDateTime', 'datetime', { label: 'Completed Date/Time' }),
  field('TaskSubtype', 'picklist', {
    length: 40,
    updateable: false,
    restricted: true,
    defaultValue: 'Task',
    options: ['Task', 'Email', 'ListEmail', 'Cadence', 'Call', 'LinkedIn'],
  }),
]);

export const taskStatus: ObjectDefinition = objectDefinition(
  'TaskStatus',
  '01J',
  [
    idField('Task Status Value ID'),
    readOnly('MasterLabel', 'string'),
    readOnly('ApiName', 'string', { nameField: true }),
    readOnly('SortOrder', 'int'),
    readOnly('IsDefault', 'boolean'),
    readOnly('IsClosed', 'boolean', { label: 'Closed' }),
    ...systemFields.filter(({ name }) => name !== 'IsDeleted'),
  ],
  { label: 'Task Status Value', createable: false, updateable: false, deletable: false, searchable: false },
);
