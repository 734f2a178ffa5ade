import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../src/connectors/salesforce/write/refusal.ts';

const OTHER = '003dM00003jU9GyQAK';
const LEAD = '00QdM00003jU9GyUAK';
const UPDATE = { object: 'Contact', id: '003dM00003jU9H0QAK' };
const deleted = (...fields: string[]) => ({ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields });
const record = (Id: string, type = 'Contact') => ({ record: { attributes: { type }, Id } });
const match = (...ids: string[]) => ({ matchRecords: ids.map((Id) => record(Id)) });
/** As a request for one record answers it; an item of a collection has `statusCode` instead. */
const single = (...matchResults: object[]) => [
  {
    duplicateResut: { allowSave: true, duplicateRule: 'Contacts_DR', duplicateRuleEntityType: 'Contact', matchResults },
    errorCode: 'DUPLICATES_DETECTED',
    message: "You're creating a duplicate record. We recommend you use an existing record instead.",
  },
];
const result = (entityType: string, matchRecords: object[], more: object = {}) => ({
  entityType,
  errors: [],
  matchEngine: 'ExactMatchEngine',
  matchRecords,
  rule: 'Standard_Contact_Match_Rule_v1_1',
  size: matchRecords.length,
  success: true,
  ...more,
});
const bare = (Id: string) => ({ record: { Id } });

describe('refusalOf', () => {
  it('names code, field and whether it may pass later', () => {
    expect(
      refusalOf([{ statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: badone', fields: ['Email'] }], UPDATE),
    ).toEqual({
      outcome: 'refused',
      code: 'invalid_email',
      remedy: 'Correct the email address.',
      retryable: false,
      field: 'Email',
    });
    expect(refusalOf([{ statusCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain', fields: [] }], UPDATE)).toMatchObject({
      code: 'row_locked',
      retryable: true,
    });
  });
  it('takes the recycle bin for gone, and an unknown id only for not found: that may as well be hidden', () => {
    expect(refusalOf([deleted()], UPDATE)).toEqual({ outcome: 'gone' });
    expect(refusalOf([deleted('Id')], UPDATE)).toEqual({ outcome: 'gone' });
    expect(refusalOf([{ statusCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id' }], UPDATE)).toMatchObject({
      outcome: 'refused',
      code: 'not_found',
    });
  });
  it('takes a deleted record that another one refers to for that one’s refusal, unless it is whom an activity is about', () => {
    const refused = { outcome: 'refused', code: 'record_deleted', field: 'AccountId' };
    expect(refusalOf([deleted('AccountId')], UPDATE)).toMatchObject(refused);
    expect(refusalOf([deleted('AccountId')], { object: 'Contact', id: null })).toMatchObject(refused);
    expect(refusalOf([deleted('WhoId')], { object: 'Task', id: null })).toEqual({ outcome: 'gone' });
    expect(refusalOf([deleted()], { object: 'Task', id: null })).toEqual({ outcome: 'gone' });
  });
  it.each([
    [
      'the message of a unique field',
      [{ statusCode: 'DUPLICATE_VALUE', message: `duplicate value found: X__c duplicates value on record with id: ${OTHER}` }],
      OTHER,
    ],
    [
      'the same with a short id',
      [{ statusCode: 'DUPLICATE_VALUE', message: 'duplicate value found: X__c duplicates value on record with id: 003dM00003jU9Gy' }],
      OTHER,
    ],
    [
      'a match of a duplicate rule',
      [{ statusCode: 'DUPLICATES_DETECTED', message: 'x', duplicateResut: { matchResults: [match(OTHER)] } }],
      OTHER,
    ],
    ['the other spelling', [{ statusCode: 'DUPLICATES_DETECTED', message: 'x', duplicateResult: { matchResults: [match(OTHER)] } }], OTHER],
    [
      'several matches: none of them',
      [{ statusCode: 'DUPLICATES_DETECTED', message: 'x', duplicateResut: { matchResults: [match(OTHER, '003dM00003jU9GzQAK')] } }],
      undefined,
    ],
    ['a whole answer about one record', single(result('Contact', [record(OTHER)])), OTHER],
    ['one that two rules found', single(result('Contact', [record(OTHER)]), result('Contact', [record(OTHER)])), OTHER],
    ['a short id', single(result('Contact', [record(OTHER.slice(0, 15))])), OTHER],
    ['a match beside one of another object', single(result('Lead', [record(LEAD, 'Lead')]), result('Contact', [record(OTHER)])), OTHER],
    ['a match whose object the rule names', single(result('Contact', [bare(OTHER)])), OTHER],
    ['a match of another object alone: none', single(result('Lead', [record(LEAD, 'Lead')])), undefined],
    [
      'a match whose object nobody names: none',
      [{ ...single()[0], duplicateResut: { matchResults: [{ matchRecords: [bare(OTHER)] }] } }],
      undefined,
    ],
    ['one of several that are counted: none', single(result('Contact', [record(OTHER)], { size: 2 })), undefined],
    ['a match without a usable id: none', single(result('Contact', [record("x' OR")])), undefined],
    ['no match at all', single(), undefined],
    [
      "an administrator's text, which names records as it likes: none",
      [{ statusCode: 'DUPLICATES_DETECTED', message: `Use record with id: ${OTHER}` }],
      undefined,
    ],
    [
      'a unique field whose record is hidden: none',
      [{ statusCode: 'DUPLICATE_VALUE', message: 'duplicate value found: <unknown> duplicates value on record with id: <unknown>' }],
      undefined,
    ],
    ['an id that one call names twice: none', [{ statusCode: 'DUPLICATE_VALUE', message: `Duplicate id specified: ${OTHER}` }], undefined],
    [
      'an external id of several: none',
      [{ statusCode: 'DUPLICATE_EXTERNAL_ID', message: `Key__c: more than one record found for external id field: ${OTHER}, ${LEAD}` }],
      undefined,
    ],
    ['code and message alone', [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }], undefined],
  ])('finds the existing record in %s', (_, errors, existing) => {
    const refused = refusalOf(errors, UPDATE);
    expect(refused).toMatchObject({ outcome: 'refused', code: 'duplicate' });
    expect('existing' in refused ? refused.existing : undefined).toBe(existing);
  });
  it.each([[[]], [null], ['x'], [[{ message: 'no code' }]], [[{ statusCode: 'SOMETHING_NEW', message: 'for +14155550123' }]]])(
    '%j is refused without a known reason',
    (errors) => {
      const refused = refusalOf(errors, UPDATE);
      expect(refused).toMatchObject({ outcome: 'refused', code: 'record_refused', retryable: false });
      expect(JSON.stringify(refused)).not.toContain('555');
    },
  );
});
