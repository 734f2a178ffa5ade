import { instantText, readInstant } from '../../core/values/dates.ts';

const BASIC_TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * When a signed link dies, ISO 8601 UTC; undefined for a link that says nothing of an end.
 *
 * Source: Amazon S3 and Google Cloud Storage, signed URLs version 4 (`X-Amz-Expires`, `X-Goog-Expires`: seconds after the
 * date); Amazon CloudFront and Google version 2 (`Expires`: epoch seconds); Azure Storage SAS (`se`: a time).
 *
 * @example
 * linkExpiry('https://example.com/a.wav?Expires=1767348000&Signature=x') //=> '2026-01-02T10:00:00.000Z'
 */
export function linkExpiry(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const parameters = new Map([...new URL(url).searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  for (const vendor of ['amz', 'goog']) {
    const signed = BASIC_TIME.exec(parameters.get(`x-${vendor}-date`) ?? '');
    const lifetime = parameters.get(`x-${vendor}-expires`) ?? '';
    if (signed === null || !/^\d{1,9}$/.test(lifetime)) continue;
    const [, year, month, day, hour, minute, second] = signed;
    const at = readInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`, 'UTC');
    if (typeof at === 'object') return instantText(at.at + Number(lifetime) * 1000) ?? undefined;
  }
  const until = parameters.get('expires') ?? '';
  if (/^\d{9,11}$/.test(until)) return instantText(Number(until) * 1000) ?? undefined;
  const azure = parameters.has('sig') ? readInstant(parameters.get('se') ?? '', 'UTC') : undefined;
  return typeof azure === 'object' ? (instantText(azure.at) ?? undefined) : undefined;
}
