import { describe, expect, it } from 'vitest';
import { CrmSyncError } from '../../../../src/errors.ts';
import { storeError } from '../../../../src/stores/postgres/postgres-errors.ts';

const withCode = (code: string, message = 'something') => Object.assign(new Error(message), { code });

/** What the database, the driver or the network says, what it is called here, and whether trying again may help. */
const FAILURES: Readonly<Record<string, readonly [error: Error, code: string, retryable: boolean]>> = {
  'too many connections': [withCode('53300', 'sorry, too many clients already'), 'store_no_connection', true],
  'a pool that waited too long': [new Error('timeout exceeded when trying to connect'), 'store_no_connection', true],
  'a database that starts': [withCode('57P03'), 'store_unreachable', true],
  'an administrator who ends it': [withCode('57P01'), 'store_unreachable', true],
  'a refused connection': [withCode('ECONNREFUSED'), 'store_unreachable', true],
  'a pipe that broke, whose code has five letters': [withCode('EPIPE'), 'store_unreachable', true],
  'a connection that ended': [new Error('Connection terminated unexpectedly'), 'store_unreachable', true],
  'a connection exception': [withCode('08006'), 'store_unreachable', true],
  'a statement timeout': [withCode('57014'), 'store_timeout', true],
  'a timeout of the driver': [new Error('Query read timeout'), 'store_timeout', true],
  'a lock timeout': [withCode('55P03'), 'store_busy', true],
  'a deadlock': [withCode('40P01'), 'store_busy', true],
  'a failure to serialise': [withCode('40001'), 'store_busy', true],
  'a full disk': [withCode('53100'), 'store_full', true],
  'a table that is not there': [withCode('42P01'), 'store_not_migrated', false],
  'a column that is not there': [withCode('42703'), 'store_not_migrated', false],
  'a schema that is not there': [withCode('3F000'), 'store_not_migrated', false],
  'a right that is lacking': [withCode('42501'), 'store_forbidden', false],
  'a wrong password': [withCode('28P01'), 'store_forbidden', false],
  'a replica': [withCode('25006'), 'store_read_only', false],
  'a text with NUL': [withCode('22021'), 'store_invalid_text', false],
  'an id too long for an index': [withCode('54000'), 'store_invalid_text', false],
  'an ended pool': [new Error('Cannot use a pool after calling end on the pool'), 'store_closed', false],
  'anything else': [withCode('XX000'), 'store_failed', false],
  'an error that an ORM wrapped': [new Error('Failed query', { cause: withCode('42P01') }), 'store_not_migrated', false],
};

describe('a failure of PostgreSQL', () => {
  it.each(Object.entries(FAILURES))('%s', (_, [error, code, retryable]) => {
    const told = storeError(error);
    expect(told).toBeInstanceOf(CrmSyncError);
    expect(told).toMatchObject({ code, retryable, category: 'store', remedy: expect.stringMatching(/\w.*\.$/) });
  });

  it('quotes no row: details, and texts that hold values, stay behind', () => {
    const detail = 'Key (email)=(ann@example.com) already exists.';
    const error = Object.assign(withCode('22P02', 'invalid input syntax for type json: "ann@example.com"'), { detail, table: 'people' });
    const { cause } = storeError(error) as CrmSyncError;
    expect(cause).toMatchObject({ message: 'SQLSTATE 22P02', code: '22P02', table: 'people' });
    expect(cause).not.toHaveProperty('detail');
    const wrapped = new Error('Failed query with params: ann@example.com', { cause: withCode('57014', 'canceling statement') });
    expect((storeError(wrapped) as CrmSyncError).cause).toMatchObject({ message: 'SQLSTATE 57014: canceling statement' });
  });

  it('any other error is given back as it is', () => {
    for (const error of [new Error('a bug'), new TypeError('x is not a function'), 'text', storeError(withCode('40001'))])
      expect(storeError(error)).toBe(error);
  });
});
