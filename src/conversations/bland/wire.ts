import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { boolean, identifier, lenient, number, text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: Bland, "Call details" and "Post-call webhooks": the body is the call as its API answers it. Only what is used is read.
const turn = lazy(() => z.object({ user: text(), text: text(), created_at: text() }));

const call = lazy(() =>
  z.object({
    call_id: identifier(),
    to: identifier(),
    from: identifier(),
    inbound: boolean(),
    completed: boolean(),
    queue_status: text(),
    status: text(),
    /** ISO 8601, both. `end_at` is not read: it is when the call would have been cut off, not when it ended. */
    created_at: text(),
    started_at: text(),
    /** Minutes, with decimals. */
    call_length: number(),
    /** Seconds, as text. */
    corrected_duration: identifier(),
    answered_by: text(),
    error_message: text(),
    transferred_to: identifier(),
    summary: text(),
    transcripts: lenient(z.array(lenient(turn()))),
    concatenated_transcript: text(),
    recording_url: text(),
    disposition_tag: text(),
    call_ended_by: text(),
    pathway_id: text(),
    variables: z.unknown().optional(),
    analysis: z.unknown().optional(),
    metadata: z.unknown().optional(),
  }),
);
export type BlandCall = z.infer<ReturnType<typeof call>>;
export type BlandTurn = z.infer<ReturnType<typeof turn>>;

export const readCall = (raw: RawObject): BlandCall => call().parse(raw);
