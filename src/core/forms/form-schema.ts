import * as z from 'zod';
import type { DescribeIssue } from '../base/issues.ts';
import { readJsonPath } from '../base/json-path.ts';
import { lazy } from '../base/lazy.ts';
import { isStorable } from '../base/text.ts';
import { ownFieldSchema } from '../mapping/crm-path.ts';
import { checkTogether, membersOf } from '../mapping/rule-schema.ts';
import { checkForm } from './check-form.ts';
import { FORM_CONTEXTS, FORM_KINDS, type LogForm, SEVERAL_POLICIES } from './log-form.ts';
import { TEXT_LENGTH_MAX } from './text-length.ts';

const KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;
const KEY_LENGTH_MAX = 100;
const TITLE_LENGTH_MAX = 1_000;

/** Answers are kept by key: a name that every object inherits would be read where there is no answer. */
const key = lazy(() =>
  z
    .string()
    .refine((name) => name.length <= KEY_LENGTH_MAX && KEY.test(name) && !(name in Object.prototype) && name !== 'prototype', {
      error: 'is no name for an answer',
      params: { code: 'invalid_key', remedy: 'Use letters, digits, `_` and `-`, a letter first, and no word of the language.' },
    })
    .meta({ pattern: KEY.source, maxLength: KEY_LENGTH_MAX }),
);
const filled = lazy(() =>
  z
    .string()
    .max(TITLE_LENGTH_MAX)
    .refine((text) => text.trim() !== '' && isStorable(text), {
      error: 'is blank, or no text',
      params: { code: 'blank', remedy: 'Give a text that people can read.' },
    }),
);
const name = filled;
const text = lazy(() => z.string().max(TEXT_LENGTH_MAX));
const optionValue = lazy(() => z.union([filled(), z.number()]));
const option = lazy(() => z.strictObject({ const: optionValue(), title: filled(), description: text().optional() }));
const optionList = lazy(() => z.array(option()).min(1).max(5_000));

const optionSource = lazy(() =>
  z.union([
    optionList(),
    z.strictObject({ association: name(), openFirst: z.boolean().optional() }),
    z.strictObject({ byContactType: z.record(name(), optionList()) }),
    z.strictObject({
      account: name(),
      property: name().optional(),
      propertyByContactType: z.record(name(), name()).optional(),
    }),
  ]),
);

const target = lazy(() =>
  z.union([
    z.literal('association'),
    z.strictObject({ association: name() }),
    z.strictObject({ activityField: ownFieldSchema() }),
    z.strictObject({ recordField: ownFieldSchema() }),
  ]),
);
const setting = lazy(() => z.strictObject({ settingId: name() }).optional());
const settings = lazy(() => z.strictObject(Object.fromEntries(FORM_CONTEXTS.map((context) => [context, setting()]))));

const shown = lazy(() => ({ key: key(), title: filled(), description: text().optional() }));
const answered = lazy(() => ({
  ...shown(),
  required: z.boolean().optional(),
  writes: target().optional(),
  defaultSettingId: name().optional(),
  defaultSettingValues: settings().optional(),
}));

const field = lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({
      ...answered(),
      type: z.literal('selection'),
      options: optionSource().optional(),
      contactDependent: z.boolean().optional(),
      contactTypeDependent: z.boolean().optional(),
      dynamicOptions: z.boolean().optional(),
      includeNoneOption: z.boolean().optional(),
      allowCustomValue: z.boolean().optional(),
      default: optionValue().optional(),
      whenSeveral: z.enum(SEVERAL_POLICIES).optional(),
    }),
    z.strictObject({
      ...answered(),
      type: z.literal('text'),
      default: text().optional(),
      multiline: z.boolean().optional(),
      maxLength: z.int().min(1).max(TEXT_LENGTH_MAX).optional(),
    }),
    z.strictObject({ ...answered(), type: z.literal('checkbox'), default: z.boolean().optional() }),
    z.strictObject({ ...shown(), type: z.literal('note'), level: z.enum(['info', 'warning']).optional() }),
  ]),
);

const path = lazy(() =>
  z
    .string()
    .max(500)
    .refine((steps) => (readJsonPath(steps)?.length ?? 0) > 0, {
      error: 'is no path',
      params: { code: 'invalid_path', remedy: 'Write names with dots and positions in brackets: `user.department`, `queues[0].name`.' },
    }),
);
const metadata = lazy(() =>
  z.strictObject({
    key: key(),
    path: path(),
    writes: z.union([z.strictObject({ activityField: ownFieldSchema() }), z.strictObject({ recordField: ownFieldSchema() })]).optional(),
  }),
);
const exclusive = lazy(() =>
  z.strictObject({
    fields: z.array(key()).min(2).max(20),
    lookups: z.record(key(), ownFieldSchema()).optional(),
    whenSeveral: z.enum(['ask', 'first']).optional(),
  }),
);

/** The strict form: unknown keys are mistakes, and every problem is told at once. */
export const formDocument = lazy((): z.ZodType<LogForm> => {
  const document = z
    .strictObject({
      kind: z.enum(FORM_KINDS),
      fields: z.array(field()).max(200),
      contactTypes: z
        .array(z.strictObject({ const: name(), title: filled() }))
        .min(1)
        .max(100)
        .optional(),
      defaultContactType: name().optional(),
      metadata: z.array(metadata()).max(100).optional(),
      exclusive: z.array(exclusive()).max(20).optional(),
    })
    .check(checkTogether(checkForm));
  return document as z.ZodType as z.ZodType<LogForm>;
});

const SELECTION_ONLY = [
  'options',
  'contactDependent',
  'contactTypeDependent',
  'dynamicOptions',
  'includeNoneOption',
  'allowCustomValue',
  'whenSeveral',
];

/** A key that only selections have is told so, and not called unknown. */
export const describeFormIssue: DescribeIssue = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const [key, ...others] = issue.keys;
  const { type } = membersOf(issue.input);
  if (key === undefined || others.length > 0 || typeof type !== 'string' || !SELECTION_ONLY.includes(key)) return undefined;
  return {
    code: 'misplaced_key',
    message: `\`${key}\` is for selections only`,
    remedy: "Leave it out, or give the field the type 'selection'.",
  };
};
