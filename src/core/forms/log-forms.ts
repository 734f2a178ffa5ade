import * as z from 'zod';
import { lazy } from '../base/lazy.ts';
import { formDocument } from './form-schema.ts';
import type { LogForm } from './log-form.ts';

/** The forms of conversations that are logged by themselves. */
export interface LogForms {
  /** For calls. */
  readonly call?: LogForm;
  /** For messages, voicemails and everything else. */
  readonly message?: LogForm;
  /** Values of the settings that the forms' defaults name, by id. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

const formOf = (kind: 'call' | 'message') =>
  formDocument().refine((form) => form.kind === kind, {
    path: ['kind'],
    error: `is not \`${kind}\``,
    params: { code: 'wrong_form_kind', remedy: `Give a form of the kind \`${kind}\` here.` },
    when: () => true,
  });

export const logFormsDocument = lazy(() =>
  z.strictObject({
    call: formOf('call').optional(),
    message: formOf('message').optional(),
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  }),
);
