import { isDeleted, type Stored, type StoredRecord, type Values } from './database.ts';
import { SalesforceFailure } from './failure.ts';
import type { Org } from './org.ts';
import type { Field } from './schema/field.ts';
import type { ObjectSchema } from './schema/schema.ts';
import { toWire } from './wire-value.ts';

/** A record that is about to be saved. */
export interface Candidate {
  readonly object: ObjectSchema;
  /** Null for a new one. */
  readonly id: string | null;
  readonly values: Values;
  readonly before: Values | null;
  readonly changed: readonly Field[];
  /** The caller accepts what a duplicate rule only warns of. */
  readonly allowDuplicates: boolean;
}

/**
 * Everything that may stop a save after its values were read.
 *
 * @throws SalesforceFailure for the first rule that refuses.
 */
export function checkRules(org: Org, candidate: Candidate): void {
  checkRequired(candidate);
  checkReferences(org, candidate);
  checkUnique(org, candidate);
  OBJECT_RULES[candidate.object.name]?.(org, candidate);
  checkDuplicates(org, candidate);
  checkValidationRule(org, candidate);
}

/** The fields of a record as its API shows them, without hidden ones left out: for rules that the test supplies. */
export function wireFields(object: ObjectSchema, values: Values): Record<string, Stored> {
  return Object.fromEntries(object.fields.map((field) => [field.name, toWire(field, values[field.name])]));
}

function checkRequired({ object, values, before, changed }: Candidate): void {
  const asked = before === null ? object.fields.filter(({ createable }) => createable) : changed;
  const missing = asked
    .filter(({ name, nillable, type }) => !nillable && type !== 'boolean' && (values[name] ?? null) === null)
    .map(({ name }) => name);
  if (missing.length > 0)
    throw new SalesforceFailure('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, { fields: missing });
}

function checkReferences({ database }: Org, { values, changed }: Candidate): void {
  for (const { name, type } of changed) {
    const id = values[name];
    if (type !== 'reference' || typeof id !== 'string') continue;
    const target = database.get(id);
    if (target === undefined) throw new SalesforceFailure('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', { fields: [name] });
    if (isDeleted(target)) throw new SalesforceFailure('ENTITY_IS_DELETED', 'entity is deleted', { fields: [name] });
    if (!target.shared)
      throw new SalesforceFailure('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'insufficient access rights on cross-reference id', {
        fields: [name],
      });
    if (name === 'OwnerId' && target.schema.name === 'User' && target.values['IsActive'] !== true)
      throw new SalesforceFailure('INACTIVE_OWNER_OR_USER', `operation performed with inactive user [${id}] as owner`, { fields: [name] });
  }
}

function checkUnique({ database }: Org, { object, id, values, changed }: Candidate): void {
  for (const field of changed) {
    const value = values[field.name] ?? null;
    if (!field.unique || value === null) continue;
    for (const other of database.find(object, field, value) ?? []) {
      if (other.id === id || isDeleted(other)) continue;
      throw new SalesforceFailure(
        'DUPLICATE_VALUE',
        `duplicate value found: ${field.name} duplicates value on record with id: ${other.id}`,
        { fields: [] },
      );
    }
  }
}

const OBJECT_RULES: Readonly<Record<string, (org: Org, candidate: Candidate) => void>> = {
  CampaignMember: ({ database }, { id, object, values, before }) => {
    if (before !== null) return;
    const [lead, contact] = [values['LeadId'] ?? null, values['ContactId'] ?? null];
    // Which code Salesforce answers with is not documented; that one of the two is required is.
    if ((lead === null) === (contact === null))
      throw new SalesforceFailure('FIELD_INTEGRITY_EXCEPTION', 'A campaign member is either a lead or a contact', {
        fields: ['ContactId'],
      });
    for (const other of database.find(object, object.anyField('CampaignId')!, values['CampaignId'] ?? null) ?? []) {
      if (other.id === id || isDeleted(other)) continue;
      if (lead === null ? other.values['ContactId'] === contact : other.values['LeadId'] === lead)
        throw new SalesforceFailure('DUPLICATE_VALUE', 'Already a campaign member.');
    }
  },
  Task: ({ database }, { values, changed }) => {
    const who = typeof values['WhoId'] === 'string' ? database.get(values['WhoId']) : undefined;
    if (who?.schema.name === 'Lead') {
      if ((values['WhatId'] ?? null) !== null)
        throw new SalesforceFailure('FIELD_INTEGRITY_EXCEPTION', 'A lead cannot be associated with a related record.', {
          fields: ['WhatId'],
        });
      const moved = changed.some(({ name }) => name === 'WhoId');
      if (moved && who.values['IsConverted'] === true)
        throw new SalesforceFailure('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    }
    const seconds = values['CallDurationInSeconds'];
    if (typeof seconds === 'number' && seconds < 0)
      throw new SalesforceFailure(
        'NUMBER_OUTSIDE_VALID_RANGE',
        `Call Duration: value outside of valid range on numeric field: ${seconds}`,
        {
          fields: ['CallDurationInSeconds'],
        },
      );
  },
};

function checkDuplicates(org: Org, { object, id, values, changed, allowDuplicates }: Candidate): void {
  const rule = org.duplicateRules[object.name];
  if (rule === undefined || (rule.allowSave === true && allowDuplicates)) return;
  if (!changed.some(({ name }) => rule.fields.includes(name))) return;
  const matches = [...org.database.all(object.name)].filter(
    (other) => other.id !== id && !isDeleted(other) && rule.fields.every((name) => same(values[name] ?? null, other.values[name] ?? null)),
  );
  if (matches.length === 0) return;
  const errorMessage = "You're creating a duplicate record. We recommend you use an existing record instead.";
  throw new SalesforceFailure('DUPLICATES_DETECTED', errorMessage, {
    extra: { duplicateResut: duplicateResult(object, rule.allowSave === true, errorMessage, matches) },
  });
}

/** The real service spells the member `duplicateResut`. */
function duplicateResult(
  object: ObjectSchema,
  allowSave: boolean,
  errorMessage: string,
  matches: readonly StoredRecord[],
): Record<string, unknown> {
  const matchRecords = matches.map(({ id }) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: { attributes: { type: object.name, url: `/services/data/v66.0/sobjects/${object.name}/${id}` }, Id: id },
  }));
  return {
    allowSave,
    duplicateRule: `Standard_${object.name}_Duplicate_Rule`,
    duplicateRuleEntityType: object.name,
    errorMessage,
    matchResults: [
      {
        entityType: object.name,
        errors: [],
        matchEngine: 'ExactMatchEngine',
        matchRecords,
        rule: `Standard_${object.name}_Match_Rule`,
        size: matches.length,
        success: true,
      },
    ],
  };
}

const same = (a: Stored, b: Stored): boolean =>
  a !== null && (typeof a === 'string' && typeof b === 'string' ? a.toLowerCase() === b.toLowerCase() : a === b);

function checkValidationRule(org: Org, { object, values }: Candidate): void {
  const refusal = org.validationRules[object.name]?.(wireFields(object, values)) ?? null;
  if (refusal === null) return;
  throw new SalesforceFailure('FIELD_CUSTOM_VALIDATION_EXCEPTION', refusal.message, {
    fields: refusal.field === undefined ? [] : [refusal.field],
  });
}
