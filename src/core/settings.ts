import * as z from 'zod';
import { refusedDocument } from '../errors.ts';
import { analysisSchema } from './analysis.ts';
import type { Channel } from './conversation.ts';
import { isTimeZone } from './dates.ts';
import { deepFreeze } from './freeze.ts';
import { parseDocument } from './issues.ts';
import { mappingDocument } from './mapping-schema.ts';
import type { Analysis, Mapping } from './mapping-types.ts';
import { isCountry } from './phone.ts';
import type { Schema } from './schema-types.ts';
import { type DocumentSchema, documentSchema } from './standard-schema.ts';
import type { Parsed } from './value.ts';

/** Everything about a connection that is not live: one strict JSON document. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface ConnectionSettings<S extends Schema = any> {
  /** At most one per CRM object. */
  readonly mappings?: readonly Mapping<S>[];
  /** The workspace's rules: the same for each of its connections. */
  readonly analysis?: Analysis<S>;
  /** A switch per channel: a conversation is logged in the CRM only where its channel is true. */
  readonly activities?: Readonly<Partial<Record<Channel, boolean>>>;
  /** What becomes of a conversation whose number no contact has. Default `skip`. */
  readonly unknownCaller?: 'skip' | 'create';
  /** CRM user by the conversation's `userId`, or else its `agentId`: who owns the activity. */
  readonly owners?: Readonly<Record<string, string>>;
  /** The CRM's word for how a call ended, by the platform's. */
  readonly dispositions?: Readonly<Record<string, string>>;
  /** Numbers whose conversations are never logged: E.164. */
  readonly blockList?: readonly string[];
  /** For numbers without a country: ISO 3166, two letters. Without it they are refused, never guessed. */
  readonly defaultCountry?: string;
  /** IANA zone of the connection, for days and for times in texts. Default UTC. */
  readonly timeZone?: string;
}

const CHANNELS = ['call', 'sms', 'chat', 'whatsapp', 'email', 'voicemail', 'fax', 'other'] as const satisfies readonly Channel[];

function settingsDocument(schema: Schema): z.ZodType<ConnectionSettings> {
  const mappings = z.array(mappingDocument(schema)).check((context) => {
    for (const [index, { crmObject }] of context.value.entries()) {
      const first = context.value.findIndex((mapping) => mapping.crmObject === crmObject);
      if (first < index)
        context.issues.push({
          code: 'custom',
          input: context.value,
          path: [index, 'crmObject'],
          message: `${crmObject} is mapped by mappings.${first} already`,
          params: { code: 'duplicate_mapping', remedy: 'Put all its fields into one mapping.' },
        });
    }
  });
  const texts = z.record(z.string(), z.string().min(1));
  return z.strictObject({
    mappings: mappings.optional(),
    analysis: analysisSchema(schema).optional(),
    activities: z.strictObject(Object.fromEntries(CHANNELS.map((channel) => [channel, z.boolean().optional()]))).optional(),
    unknownCaller: z.enum(['skip', 'create']).optional(),
    owners: texts.optional(),
    dispositions: texts.optional(),
    blockList: z.array(z.string().min(1)).optional(),
    defaultCountry: z
      .string()
      .refine(isCountry, {
        error: 'is no country',
        params: { code: 'unknown_country', remedy: 'Use the two letters of ISO 3166: `US`, `GB`, `DE`.' },
      })
      .optional(),
    timeZone: z
      .string()
      .refine(isTimeZone, { error: 'is no time zone', params: { code: 'unknown_time_zone', remedy: 'Use an IANA name: `Europe/Berlin`.' } })
      .optional(),
  }) as unknown as z.ZodType<ConnectionSettings>;
}

/** A connection's settings from JSON, or every problem at once. */
export function safeParseSettings<S extends Schema>(schema: S, json: unknown): Parsed<ConnectionSettings<S>> {
  const parsed = parseDocument(settingsDocument(schema), json);
  return parsed.ok ? { ok: true, value: deepFreeze(parsed.value) } : parsed;
}

/** @throws CrmSyncError `invalid_document` with every problem. */
export function parseSettings<S extends Schema>(schema: S, json: unknown): ConnectionSettings<S> {
  const parsed = safeParseSettings(schema, json);
  if (!parsed.ok) throw refusedDocument('The settings', parsed.issues);
  return parsed.value;
}

/** The form of a connection's settings for this schema, for settings pages and other validators. */
export const settingsSchema = <S extends Schema>(schema: S): DocumentSchema<ConnectionSettings<S>> =>
  documentSchema(settingsDocument(schema));
