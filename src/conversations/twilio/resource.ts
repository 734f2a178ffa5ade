import type { RawObject } from '../payload/object-of.ts';

const CALL = {
  CallStatus: 'status',
  ParentCallSid: 'parent_call_sid',
  Direction: 'direction',
  CallDuration: 'duration',
  StartTime: 'start_time',
  EndTime: 'end_time',
  AnsweredBy: 'answered_by',
  CallerName: 'caller_name',
  From: 'from',
  To: 'to',
} as const;
const MESSAGE = { MessageStatus: 'status', StartTime: 'date_sent', Body: 'body', From: 'from', To: 'to' } as const;

/**
 * The form that tells of a call or message of the API, as it answers (`start_time`) or as Twilio's library gives it
 * (`startTime`, a date); a form is returned as it is.
 *
 * Source: twilio 6.2, api/v2010/account/call.d.ts and message.d.ts.
 */
export function formOf(raw: RawObject): RawObject {
  const { sid } = raw;
  if (typeof sid !== 'string') return raw;
  const isCall = sid.startsWith('CA');
  const fields = Object.entries(isCall ? CALL : MESSAGE).map(([name, member]) => [name, asText(raw[member] ?? raw[camelCase(member)])]);
  return { ...Object.fromEntries(fields), [isCall ? 'CallSid' : 'MessageSid']: sid };
}

const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function asText(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toUTCString();
  return typeof value === 'number' ? String(value) : value;
}
