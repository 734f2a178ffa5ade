import { expect, it } from 'vitest';
import { isWebLink } from '../../../../src/core/values/web-link.ts';

it.each(['https://example.com', 'http://example.com/a?b=c#d', 'HTTPS://EXAMPLE.COM'])('%s is a link for people', (url) =>
  expect(isWebLink(url)).toBe(true),
);

it.each([
  'javascript:alert(1)',
  'javascript:https://example.com',
  ' https://example.com',
  'https://example.com/a b',
  'https://example.com\n',
  'https://',
  'https://[',
  'httpss://example.com',
  'ftp://example.com',
  'example.com',
  '',
])('%j is none', (url) => expect(isWebLink(url)).toBe(false));
