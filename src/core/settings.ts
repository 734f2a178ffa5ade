import * as z from 'zod';
import { refusedDocument } from '../errors.ts';
import { analysisDocument } from './analysis/analysis.ts';
import { deepFreeze } from './base/freeze.ts';
import { parseDocument } from './base/issues.ts';
import { lazy } from './base/lazy.ts';
import { type DocumentSchema, documentSchema } from './base/standard-schema.ts';
import type { Channel } from './conversation/conversation.ts';
import type { SmsThreads } from './conversation/thread-day.ts';
import { describeFormIssue } from './forms/form-schema.ts';
import { type LogForms, logFormsDocument } from './forms/log-forms.ts';
import { explainParent } from './mapping/mapping.ts';
import { describeRuleIssue, mappingDocument } from './mapping/mapping-schema.ts';
import type { Analysis, Mapping } from './mapping/mapping-types.ts';
import { checkTogether, fieldSchema, itemsOf, membersOf } from './mapping/rule-schema.ts';
import { isCountry, normalizePhone } from './phone/phone.ts';
import type { MergingSettings } from './runs/merging.ts';
import { perSchema } from './schema/per-schema.ts';
import { definitionOf } from './schema/schema.ts';
import type { Schema } from './schema/schema-types.ts';
import { type Segment, segmentsDocument } from './segments/segment.ts';
import type { BrakeSettings } from './sync/brake.ts';
import { isTimeZone } from './values/dates.ts';
import type { Parsed } from './values/value.ts';
import { isWebLink } from './values/web-link.ts';

/** Everything about a connection that is not live: one strict JSON document. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface ConnectionSettings<S extends Schema = any> {
  /** At most one per CRM object. */
  readonly mappings?: readonly Mapping<S>[];
  /** The workspace's rules: the same for each of its connections. */
  readonly analysis?: Analysis<S>;
  /** A switch per channel: a conversation is logged in the CRM only where its channel is true. */
  readonly activities?: Readonly<Partial<Record<Channel, boolean>>>;
  /**
   * Forms for conversations that are logged without anybody filling them in: what is decided ties the activity and fills its fields,
   * what is open waits for an answer (`engine.pending`).
   */
  readonly logForms?: LogForms;
  /** What the text of an activity holds beside summary, note and facts. */
  readonly activityText?: ActivityTextSettings;
  /**
   * The messages of an SMS or WhatsApp thread that come one by one (`threadId`): one activity for all of a day, in `timeZone`, or
   * one each. Default `by_day`.
   */
  readonly smsThreads?: SmsThreads;
  /** What becomes of a conversation whose number no contact has. Default `skip`. */
  readonly unknownCaller?: 'skip' | 'create';
  /**
   * What becomes of the activity of a contact that has no record in this CRM: left out (default), kept until there is one, at
   * most for thirty days after it began, or logged on a record that is made for it.
   */
  readonly unlinkedContact?: 'skip' | 'wait' | 'create';
  /**
   * Whose activity it is where several contacts have the number: nobody's (default), that of the only one who has a record in
   * this CRM, or that of all of them, where the CRM has activities of several people. Results go to none of them in any case.
   */
  readonly severalContacts?: 'skip' | 'only_linked' | 'all';
  /** Conversations with a colleague, or between numbers of yours. Default `skip`. */
  readonly internalCalls?: 'skip' | 'log';
  /** CRM user by the conversation's `userId`, or else its `agentId`: who owns the activity. */
  readonly owners?: Readonly<Record<string, string>>;
  /** The CRM's word for how a call ended, by the platform's. */
  readonly dispositions?: Readonly<Record<string, string>>;
  /** Whose conversations are never logged: numbers in E.164, other addresses exactly as the platform gives them. */
  readonly blockList?: readonly string[];
  /**
   * What becomes of a contact whose record is deleted in the CRM. `unlink` keeps it; `{ flag }` keeps it and sets a boolean
   * field, taken back once the record is restored; `delete` removes it, if it has no other record in any CRM. Default `unlink`.
   */
  readonly onDelete?: 'unlink' | 'delete' | { readonly flag: string };
  /** When a run stops before it unlinks contacts or clears fields, and asks. Default: over 10 % of an object's links, and at least 20. */
  readonly deletionBrake?: BrakeSettings;
  /** Contacts whose coming and going the host is told. They are this connection's: give them to one connection of a workspace. */
  readonly segments?: readonly Segment<S>[];
  /** How much the merger may be asked: what is over waits. */
  readonly merging?: MergingSettings;
  /** Sends what another CRM of the workspace gave to this one, too. Default false: only what was edited or analysed here goes. */
  readonly propagate?: boolean;
  /** For numbers without a country: ISO 3166, two letters. Without it they are refused, never guessed. */
  readonly defaultCountry?: string;
  /** IANA zone of the connection, for days and for times in texts. Default UTC. */
  readonly timeZone?: string;
}

export interface ActivityTextSettings {
  /** The transcript, after everything else. Default false: a CRM is read by more people than may read every word. */
  readonly transcript?: boolean;
  /** The words of single messages of SMS and WhatsApp threads. Default true: false tells only when, and from whom. */
  readonly messages?: boolean;
  /**
   * Where the whole conversation can be read, in your own application: a web address in which `{id}`, `{source}` and
   * `{threadId}` stand for those of the conversation.
   */
  readonly link?: string;
}

const CHANNELS = lazy(
  (): Readonly<Record<Channel, z.ZodType<boolean | undefined>>> => ({
    call: z.boolean().optional(),
    sms: z.boolean().optional(),
    chat: z.boolean().optional(),
    whatsapp: z.boolean().optional(),
    email: z.boolean().optional(),
    voicemail: z.boolean().optional(),
    fax: z.boolean().optional(),
    other: z.boolean().optional(),
  }),
);

const texts = lazy(() => z.record(z.string(), z.string().min(1)));

/** Conversations have numbers in E.164: another spelling in the list would block nobody. */
const blocked = lazy(() =>
  z
    .string()
    .min(1)
    .refine(
      (text) => {
        const phone = normalizePhone(text);
        return phone.kind !== 'unparseable' && (phone.kind !== 'phone' || phone.e164 === text);
      },
      {
        error: 'is a number that is not in E.164',
        params: { code: 'not_e164', remedy: 'Write `+`, country code and national number, without spaces.' },
      },
    ),
);

const country = lazy(() =>
  z.string().refine(isCountry, {
    error: 'is no country',
    params: { code: 'unknown_country', remedy: 'Use two capital letters of ISO 3166, such as `US`, `GB` or `DE`.' },
  }),
);
const timeZone = lazy(() =>
  z.string().refine(isTimeZone, {
    error: 'is no time zone',
    params: { code: 'unknown_time_zone', remedy: 'Use an IANA name, such as `Europe/Berlin` or `UTC`.' },
  }),
);

const activityText = lazy(() =>
  z.strictObject({
    transcript: z.boolean().optional(),
    messages: z.boolean().optional(),
    link: z
      .string()
      .refine((text) => isWebLink(text) && /\{(?:id|threadId)\}/.test(text), {
        error: 'is no web address with `{id}` in it',
        params: { code: 'invalid_link', remedy: 'Write the address of a page with `{id}` in it: `https://app.example.com/calls/{id}`.' },
      })
      .optional(),
  }),
);

/** One mapping per object: links and checkpoints are kept by it. */
const onePerObject = lazy(() =>
  checkTogether((value, add) => {
    const objects = itemsOf(value).map((mapping) => membersOf(mapping)['crmObject']);
    for (const [index, name] of objects.entries()) {
      const first = objects.indexOf(name);
      if (typeof name === 'string' && first < index)
        add([index, 'crmObject'], `is mapped by mappings.${first} already`, 'duplicate_mapping', 'Put all its fields into one mapping.');
    }
  }),
);

const price = () => z.number().min(0).optional();
const mergingDocument = lazy(() =>
  z.strictObject({
    perRun: z.int().min(0).optional(),
    perDay: z.int().min(0).optional(),
    timeLimitMs: z.int().min(1).max(600_000).optional(),
    price: z.strictObject({ perQuestion: price(), perMillionInputTokens: price(), perMillionOutputTokens: price() }).optional(),
  }),
);

const onDeleteSchema = (schema: Schema) =>
  z.union([
    z.enum(['unlink', 'delete']),
    z.strictObject({
      flag: fieldSchema(schema).refine((name) => definitionOf(schema, name)?.type === 'boolean', {
        error: 'is no boolean field',
        params: { code: 'flag_not_boolean', remedy: 'Name a boolean field of the schema.' },
      }),
    }),
  ]);

const settingsDocument = perSchema((schema): z.ZodType<ConnectionSettings> => {
  const document = z.strictObject({
    mappings: z.array(mappingDocument(schema)).max(50).check(onePerObject()).optional(),
    analysis: analysisDocument(schema).optional(),
    activities: z.strictObject(CHANNELS()).optional(),
    logForms: logFormsDocument().optional(),
    activityText: activityText().optional(),
    smsThreads: z.enum(['by_day', 'by_message']).optional(),
    unknownCaller: z.enum(['skip', 'create']).optional(),
    unlinkedContact: z.enum(['skip', 'wait', 'create']).optional(),
    severalContacts: z.enum(['skip', 'only_linked', 'all']).optional(),
    internalCalls: z.enum(['skip', 'log']).optional(),
    owners: texts().optional(),
    dispositions: texts().optional(),
    blockList: z.array(blocked()).optional(),
    onDelete: onDeleteSchema(schema).optional(),
    deletionBrake: z.strictObject({ share: z.number().gt(0).max(1).optional(), minimum: z.int().min(1).optional() }).optional(),
    segments: segmentsDocument(schema).optional(),
    merging: mergingDocument().optional(),
    propagate: z.boolean().optional(),
    defaultCountry: country().optional(),
    timeZone: timeZone().optional(),
  });
  return document as z.ZodType as z.ZodType<ConnectionSettings>;
});

export interface ParseSettingsOptions {
  /** The mappings of companies beside them: what is said of a parent's field then names the rule that it is written by. */
  readonly companies?: readonly unknown[];
}

/**
 * Reads the settings of a connection from untrusted JSON: frozen plain data, or every problem at once. Every member may
 * be left out; any key that is not known is refused.
 *
 * @example
 * safeParseSettings(defineContactSchema({}), { timeZone: 'Europe/Berlin', defaultCountry: 'DE' }) //=> { ok: true, value: { timeZone: 'Europe/Berlin', defaultCountry: 'DE' } }
 * safeParseSettings(defineContactSchema({}), { timezone: 'Europe/Berlin' }).issues[0].code //=> 'unknown_key'
 */
export function safeParseSettings<S extends Schema>(
  schema: S,
  json: unknown,
  { companies }: ParseSettingsOptions = {},
): Parsed<ConnectionSettings<S>> {
  const parsed = parseDocument(
    settingsDocument(schema),
    json,
    (issue, path) => describeRuleIssue(issue, path) ?? describeFormIssue(issue, path),
  );
  if (parsed.ok) return { ok: true, value: deepFreeze(parsed.value) };
  return { ok: false, issues: parsed.issues.map((issue) => explainParent(issue, json, companies)) };
}

/**
 * As `safeParseSettings`, for callers that can't go on without the settings.
 *
 * @throws CrmSyncError `invalid_document` with every problem in `issues`.
 */
export function parseSettings<S extends Schema>(schema: S, json: unknown, options: ParseSettingsOptions = {}): ConnectionSettings<S> {
  const parsed = safeParseSettings(schema, json, options);
  if (!parsed.ok) throw refusedDocument('The settings document', parsed.issues);
  return parsed.value;
}

/** The form of a connection's settings for this schema, for settings pages and other validators. */
export const settingsSchema = <S extends Schema>(schema: S): DocumentSchema<ConnectionSettings<S>> =>
  documentSchema(settingsDocument(schema), (json) => safeParseSettings(schema, json));
