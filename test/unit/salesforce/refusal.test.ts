import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../src/connectors/salesforce/refusal.ts';

const OTHER = '003dM00003jU9GyQAK';
const match = (...ids: string[]) => ({ matchRecords: ids.map((Id) => ({ record: { attributes: { type: 'Contact' }, Id } })) });

describe('refusalOf', () => {
  it('names code, field and whether it may pass later', () => {
    expect(
      refusalOf([{ statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: badone', fields: ['Email'] }]),
    ).toEqual({
      outcome: 'refused',
      code: 'invalid_email',
      remedy: 'Correct the email address.',
      retryable: false,
      field: 'Email',
    });
    expect(refusalOf([{ statusCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain', fields: [] }])).toMatchObject({
      code: 'row_locked',
      retryable: true,
    });
  });
  it('takes the recycle bin for gone, and an unknown id only for not found: that may as well be hidden', () => {
    expect(refusalOf([{ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }])).toEqual({ outcome: 'gone' });
    expect(refusalOf([{ statusCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id' }])).toMatchObject({
      outcome: 'refused',
      code: 'not_found',
    });
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
    ['code and message alone', [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }], undefined],
  ])('finds the existing record in %s', (_, errors, existing) => {
    const refused = refusalOf(errors);
    expect(refused).toMatchObject({ outcome: 'refused', code: 'duplicate' });
    expect('existing' in refused ? refused.existing : undefined).toBe(existing);
  });
  it.each([[[]], [null], ['x'], [[{ message: 'no code' }]], [[{ statusCode: 'SOMETHING_NEW', message: 'for +14155550123' }]]])(
    '%j is refused without a known reason',
    (errors) => {
      const refused = refusalOf(errors);
      expect(refused).toMatchObject({ outcome: 'refused', code: 'record_refused', retryable: false });
      expect(JSON.stringify(refused)).not.toContain('555');
    },
  );
});
