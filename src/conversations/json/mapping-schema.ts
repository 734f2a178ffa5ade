import * as z from 'zod';
import { readJsonPath } from '../../core/base/json-path.ts';
import { lazy } from '../../core/base/lazy.ts';
import { CHANNELS, DIRECTIONS, OUTCOMES, ROLES, SENTIMENTS, sourceSchema } from '../../core/conversation/parse-conversation.ts';
import { type AddProblem, checkTogether, membersOf } from '../../core/mapping/rule-schema.ts';
import { isTimeZone } from '../../core/values/dates.ts';
import type { ConversationMapping } from './mapping-types.ts';

const TEXT_MAX = 2000;

const path = lazy(() =>
  z
    .string()
    .max(500)
    .refine((text) => readJsonPath(text) !== undefined, {
      error: 'is no path',
      params: { code: 'invalid_path', remedy: 'Write names with dots and positions in brackets: `call.id`, `items[0].text`, `$` for all.' },
    }),
);
const pathOrPaths = lazy(() => z.union([path(), z.array(path()).min(1).max(10)]));
const at = lazy(() => ({ path: pathOrPaths(), required: z.boolean().optional() }));
const text = lazy(() => z.string().min(1).max(TEXT_MAX));

const scalar = lazy(() => z.union([z.string().max(TEXT_MAX), z.number(), z.boolean()]));
const valuePart = lazy(() => z.union([path(), z.strictObject(at()), z.strictObject({ value: scalar() })]));
const textPart = lazy(() => z.union([path(), z.strictObject(at()), z.strictObject({ value: text() })]));
const truthPart = lazy(() =>
  z.union([path(), z.strictObject({ ...at(), map: z.record(z.string(), z.boolean()).optional() }), z.strictObject({ value: z.boolean() })]),
);

function wordPart<W extends string>(words: Readonly<Record<W, true>>) {
  const word = z.enum(Object.keys(words) as [W, ...W[]]);
  const mapped = z.strictObject({ ...at(), map: z.record(z.string(), word).optional(), otherwise: word.optional() });
  return z.union([path(), mapped, z.strictObject({ value: word })]);
}

const timeZone = lazy(() =>
  z.string().refine(isTimeZone, {
    error: 'is no time zone',
    params: { code: 'unknown_time_zone', remedy: 'Give an IANA name such as `Europe/Berlin` or `UTC`.' },
  }),
);
const timePart = lazy(() => {
  const format = z.enum(['iso', 'epoch_seconds', 'epoch_milliseconds', 'rfc_2822']).optional();
  return z.union([path(), z.strictObject({ ...at(), format, timeZone: timeZone().optional() }).check(checkTogether(checkTime))]);
});
const durationPart = lazy(() => z.strictObject({ ...at(), unit: z.enum(['seconds', 'milliseconds', 'minutes']) }));

function checkTime(value: unknown, add: AddProblem): void {
  const { format = 'iso', timeZone: zone } = membersOf(value);
  if (zone !== undefined && format !== 'iso')
    add(['timeZone'], 'is only for `iso`: the other formats say it themselves', 'unused_time_zone', 'Remove it, or correct `format`.');
}

const partyPart = lazy(() => {
  const part = textPart().optional();
  return z.union([path(), z.strictObject({ address: part, extension: part, email: part, name: part, externalId: part })]);
});
const transcriptPart = lazy(() => {
  const turns = { turns: path(), text: path(), role: wordPart(ROLES), at: timePart().optional(), offset: durationPart().optional() };
  return z.union([path(), z.strictObject(turns)]);
});
const valuesPart = lazy(() =>
  z.strictObject({ objects: pathOrPaths().optional(), fields: z.record(z.string().min(1).max(200), valuePart()).optional() }),
);

const condition = lazy(() =>
  z.union([
    z.strictObject({ path: path(), equals: scalar() }),
    z.strictObject({ path: path(), in: z.array(scalar()).min(1).max(100) }),
    z.strictObject({ path: path(), exists: z.boolean() }),
  ]),
);
const conditions = lazy(() => z.union([condition(), z.array(condition()).min(1).max(20)]));

/** The strict form: unknown keys are mistakes, and every problem is told at once. */
export const conversationMappingDocument = lazy((): z.ZodType<ConversationMapping> => {
  const document = z
    .strictObject({
      source: sourceSchema(),
      when: conditions().optional(),
      event: path().optional(),
      final: conditions().optional(),
      id: z.union([path(), z.strictObject(at())]),
      threadId: textPart().optional(),
      channel: wordPart(CHANNELS),
      direction: wordPart(DIRECTIONS).optional(),
      contact: partyPart().optional(),
      agent: partyPart().optional(),
      from: partyPart().optional(),
      to: partyPart().optional(),
      startedAt: timePart().optional(),
      endedAt: timePart().optional(),
      duration: durationPart().optional(),
      summary: textPart().optional(),
      note: textPart().optional(),
      transcript: transcriptPart().optional(),
      recordingUrl: textPart().optional(),
      recordingExpiresAt: timePart().optional(),
      outcome: wordPart(OUTCOMES).optional(),
      disposition: textPart().optional(),
      successful: truthPart().optional(),
      sentiment: wordPart(SENTIMENTS).optional(),
      analysis: valuesPart().optional(),
      agentId: textPart().optional(),
      userId: textPart().optional(),
      metadata: valuesPart().optional(),
      revision: textPart().optional(),
    })
    .check(checkTogether(checkSides));
  return document as z.ZodType as z.ZodType<ConversationMapping>;
});

function checkSides(value: unknown, add: AddProblem): void {
  const { contact, agent, from, to, direction } = membersOf(value);
  const byDirection = from !== undefined || to !== undefined;
  if (byDirection && (contact !== undefined || agent !== undefined))
    add([], 'names its sides twice', 'sides_twice', 'Give either `contact` and `agent`, or `from` and `to`.');
  if (byDirection && direction === undefined)
    add(
      ['direction'],
      'is missing, and without it `from` and `to` say nothing',
      'missing',
      'Map `direction`, or give `contact` and `agent`.',
    );
}
