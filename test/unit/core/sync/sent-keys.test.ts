import { expect, it } from 'vitest';
import { EMPTY_BODY, type Sent } from '../../../../src/core/link/link.ts';
import { sentKeys } from '../../../../src/core/sync/sent-keys.ts';
import { compiled, START } from '../world.ts';

const mapping = compiled(
  [
    { crm: 'Email', field: 'email', direction: 'both' },
    { crm: 'Name', field: 'last_name', direction: 'both' },
  ],
  { matchKey: ['phone_number', 'email'] },
);
const intent = (values: Sent['values']): Sent => ({ op: 'op', at: START, until: START, values });
const keys = (...sent: Sent[]) => sentKeys(mapping, { ...EMPTY_BODY, sent });
const email = (local: string | number | null) => ({ Email: { local, remote: 'sent@example.com' } });

it('are the match keys as they are here, and no other field that was sent', () => {
  const values = { Phone: { local: '+14155550123', remote: '(415) 555-0123' }, Name: { local: 'Smith', remote: 'Smith' } };
  expect(keys(intent({ ...values, ...email('a@example.com') }))).toEqual({ phone_number: '+14155550123', email: 'a@example.com' });
});

it('leave out a key that was not sent, or is no text', () => {
  expect(keys(intent(email('a@example.com')))).toEqual({ email: 'a@example.com' });
  expect(keys(intent(email(null)))).toEqual({});
  expect(keys(intent(email(7)))).toEqual({});
  expect(keys()).toEqual({});
});

it('are those of the last write where several are open', () => {
  expect(keys(intent(email('a@example.com')), intent(email('b@example.com')))).toEqual({ email: 'b@example.com' });
});
