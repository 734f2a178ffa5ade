import { describe, expect, it } from 'vitest';
import { transportFailure } from '../../../src/http/transport-failure.ts';

const failed = (cause: unknown) => new TypeError('fetch failed', { cause });
const coded = (code: string, syscall?: string) =>
  Object.assign(new Error('to https://host/?token=secret'), { code, ...(syscall ? { syscall } : {}) });

describe('transportFailure', () => {
  it.each([
    ['an unknown host', failed(coded('ENOTFOUND', 'getaddrinfo')), false, 'ENOTFOUND'],
    ['a refused connection', failed(coded('ECONNREFUSED', 'connect')), false, 'ECONNREFUSED'],
    ['a refused connection under the wrapper of ky', new Error('x', { cause: failed(coded('ECONNREFUSED')) }), false, 'ECONNREFUSED'],
    ['a connection that never came', failed(coded('UND_ERR_CONNECT_TIMEOUT')), false, 'UND_ERR_CONNECT_TIMEOUT'],
    ['a reset while connecting', failed(coded('ECONNRESET', 'connect')), false, 'ECONNRESET'],
    ['all addresses refused', failed(new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT', 'connect')])), false, 'ECONNREFUSED'],
    [
      'one address refused, another reset',
      failed(new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET')])),
      'unclear',
      'ECONNREFUSED',
    ],
    ['a reset', failed(coded('ECONNRESET', 'read')), 'unclear', 'ECONNRESET'],
    ['a socket that the other side closed', failed(coded('UND_ERR_SOCKET')), 'unclear', 'UND_ERR_SOCKET'],
    ['a bad certificate', failed(coded('CERT_HAS_EXPIRED')), false, 'CERT_HAS_EXPIRED'],
    ['an error without a code', new TypeError('fetch failed'), 'unclear', 'TypeError'],
    ['no error at all', 'x', 'unclear', 'unknown'],
    ['nothing', undefined, 'unclear', 'unknown'],
  ])('%s', (_, error, sent, code) => expect(transportFailure(error)).toEqual({ sent, code }));
});
