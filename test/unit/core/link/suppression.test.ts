import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Suppressed, suppressionKey } from '../../../../src/core/link/suppression.ts';

const record: Suppressed = { connection: 'sf', object: 'Contact', recordId: 'r1' };
const key: Suppressed = { entity: 'contact', field: 'email', value: 'ä@example.com' };

describe('what is remembered of an erased person', () => {
  it('is an HMAC of what they were known by, with members in the order of their names', () => {
    expect(suppressionKey('secret', record)).toBe(
      createHmac('sha256', 'secret').update('{"connection":"sf","object":"Contact","recordId":"r1"}').digest('hex'),
    );
    expect(suppressionKey('geheimnis ä', key)).toBe(
      createHmac('sha256', 'geheimnis ä').update('{"entity":"contact","field":"email","value":"ä@example.com"}').digest('hex'),
    );
  });

  it('is the same whatever order the members come in', () => {
    expect(suppressionKey('secret', { recordId: 'r1', object: 'Contact', connection: 'sf' })).toBe(suppressionKey('secret', record));
  });

  it.each([
    ['connection', { ...record, connection: 'hs' }],
    ['object', { ...record, object: 'Lead' }],
    ['record', { ...record, recordId: 'r2' }],
    ['kind of thing', key],
  ])('is another one for another %s', (_, other) => expect(suppressionKey('secret', other)).not.toBe(suppressionKey('secret', record)));

  it('is another one under another secret', () => expect(suppressionKey('other', record)).not.toBe(suppressionKey('secret', record)));
});
