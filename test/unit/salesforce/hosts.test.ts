import { describe, expect, it } from 'vitest';
import { configuredOrigin, receivedOrigin } from '../../../src/connectors/salesforce/hosts.ts';

const LOGIN = 'https://login.salesforce.com';

describe('configuredOrigin', () => {
  it.each([
    ['https://acme.my.salesforce.com/', 'https://acme.my.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com/services', 'https://acme--dev.sandbox.my.salesforce.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://crm.example.com', 'https://crm.example.com'],
  ])('%s may be configured', (url, origin) => expect(configuredOrigin(url, 'loginUrl')).toBe(origin));
  it.each([
    'http://acme.my.salesforce.com',
    'https://acme.lightning.force.com',
    'https://user:secret@acme.my.salesforce.com',
    'ftp://acme.my.salesforce.com',
    'acme.my.salesforce.com',
    '',
  ])('%s may not', (url) => {
    expect(() => configuredOrigin(url, 'loginUrl')).toThrow(expect.objectContaining({ code: 'invalid_url', category: 'configuration' }));
  });
});

describe('receivedOrigin', () => {
  it.each(['https://acme.my.salesforce.com', 'https://acme.my.salesforce.mil', 'https://na1.salesforce.com'])('%s is Salesforce', (url) =>
    expect(receivedOrigin(url, LOGIN)).toBe(url),
  );
  it('takes the very host that was configured', () =>
    expect(receivedOrigin('http://127.0.0.1:8080', 'http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080'));
  it.each([
    'https://salesforce.com.example.com',
    'https://evilsalesforce.com',
    'https://example.com',
    'http://127.0.0.1:9090',
    'https://acme.lightning.force.com',
  ])('a token never goes to %s', (url) =>
    expect(() => receivedOrigin(url, LOGIN)).toThrow(expect.objectContaining({ category: 'configuration' })),
  );
});
