import * as z from 'zod';
import { refusedDocument } from '../../errors.ts';
import { parseDocument } from '../base/issues.ts';
import { lazy } from '../base/lazy.ts';
import { isStorable } from '../base/text.ts';
import { readInstant } from '../values/dates.ts';
import type { Parsed } from '../values/value.ts';
import type { Channel, Conversation, Direction, Outcome, Party, Sentiment, TranscriptTurn } from './conversation.ts';

// A record per union: a word that is added to the type and forgotten here does not compile.
export const CHANNELS: Record<Channel, true> = {
  call: true,
  sms: true,
  chat: true,
  whatsapp: true,
  email: true,
  voicemail: true,
  fax: true,
  other: true,
};
export const DIRECTIONS: Record<Direction, true> = { inbound: true, outbound: true, unknown: true };
export const OUTCOMES: Record<Outcome, true> = {
  completed: true,
  voicemail: true,
  no_answer: true,
  busy: true,
  failed: true,
  canceled: true,
  transferred: true,
  unknown: true,
};
export const SENTIMENTS: Record<Sentiment, true> = { positive: true, neutral: true, negative: true, unknown: true };
const PARTY_KINDS: Record<Party['kind'], true> = {
  phone: true,
  short_code: true,
  extension: true,
  sip: true,
  client: true,
  email: true,
  anonymous: true,
  unknown: true,
};
export const ROLES: Record<TranscriptTurn['role'], true> = { agent: true, contact: true, tool: true, system: true };

const ID_MAX = 200; // with its source it stays within the 255 characters that CRM text fields hold
const SOURCE_MAX = 50;

const oneOf = <T extends string>(words: Record<T, true>) => z.enum(Object.keys(words) as [T, ...T[]]);

const withoutUndefined = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
    : value;
/** A key whose value is undefined is an absent key, as in JSON. */
const strict = <S extends z.core.$ZodLooseShape>(shape: S) => z.preprocess(withoutUndefined, z.strictObject(shape));

const isInstant = (text: string): boolean => /T.*Z$/.test(text) && typeof readInstant(text, 'UTC') === 'object';
const instant = lazy(() =>
  z.string().refine(isInstant, {
    error: 'must be an ISO 8601 UTC time',
    params: { code: 'not_a_datetime', remedy: 'Give the time in UTC, for example 2026-01-05T08:30:00.000Z.' },
  }),
);
const phone = lazy(() =>
  z.string().refine((text) => /^\+[1-9]\d{1,14}$/.test(text), {
    error: 'must be an E.164 number',
    params: { code: 'not_a_phone_number', remedy: 'Give `+`, country code and number, digits only; what was received goes to `raw`.' },
  }),
);
/** Part of a key: no database and no CRM takes NUL or half a character there, and left out they would make two ids one. */
const keyPart = lazy(() =>
  z.string().refine(isStorable, {
    error: 'must be text without NUL and half characters',
    params: { code: 'unstorable_text', remedy: 'Give the id as the platform has it, as whole characters.' },
  }),
);
/** What `source` may be. */
export const sourceSchema = lazy(() =>
  z
    .string()
    .max(SOURCE_MAX)
    .refine((text) => /^[^\s:]+$/.test(text) && isStorable(text), {
      error: 'must be a word without blanks and colons',
      params: { code: 'invalid_source', remedy: 'Name the platform in one word, for example `retell`.' },
    }),
);
const json = lazy(() => z.json());
const seconds = lazy(() => z.number().min(0));
const text = lazy(() => z.string());

const party = lazy(() =>
  strict({
    raw: text().exactOptional(),
    phone: phone().exactOptional(),
    extension: text().exactOptional(),
    kind: oneOf(PARTY_KINDS),
    email: text().exactOptional(),
    name: text().exactOptional(),
    externalId: text().exactOptional(),
  }),
);
const turn = lazy(() =>
  strict({ role: oneOf(ROLES), text: text(), offsetSeconds: seconds().exactOptional(), at: instant().exactOptional() }),
);

const conversation = lazy(
  (): z.ZodType<Conversation> =>
    strict({
      id: keyPart().min(1).max(ID_MAX),
      source: sourceSchema(),
      threadId: keyPart().exactOptional(),
      channel: oneOf(CHANNELS),
      direction: oneOf(DIRECTIONS),
      contact: party(),
      agent: party(),
      startedAt: instant(),
      startedAtEstimated: z.boolean().exactOptional(),
      endedAt: instant().exactOptional(),
      durationSeconds: seconds().exactOptional(),
      summary: text().exactOptional(),
      note: text().exactOptional(),
      transcript: z.union([text(), z.array(turn())]).exactOptional(),
      recordingUrl: text().exactOptional(),
      recordingExpiresAt: instant().exactOptional(),
      outcome: oneOf(OUTCOMES),
      disposition: text().exactOptional(),
      successful: z.boolean().exactOptional(),
      sentiment: oneOf(SENTIMENTS).exactOptional(),
      analysis: z.record(z.string(), json()),
      agentId: text().exactOptional(),
      userId: text().exactOptional(),
      metadata: z.record(z.string(), json()).exactOptional(),
      final: z.boolean(),
      revision: z.union([text(), z.number()]).exactOptional(),
    }),
);

/**
 * Reads a conversation back after a queue or from a host's own source. Strict: unknown keys, times that are not UTC and
 * ids that are not text are problems, and all of them are told at once. Never throws.
 */
export const safeParseConversation = (document: unknown): Parsed<Conversation> => parseDocument(conversation(), document);

/**
 * The same as {@link safeParseConversation}, for a document that is expected to be right.
 *
 * @throws CrmSyncError `invalid_document`, category `configuration`, with every problem in `issues`.
 */
export function parseConversation(document: unknown): Conversation {
  const parsed = safeParseConversation(document);
  if (parsed.ok) return parsed.value;
  throw refusedDocument('The conversation', parsed.issues);
}
