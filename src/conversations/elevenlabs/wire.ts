import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { boolean, identifier, lenient, number, scalar, text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: @elevenlabs/elevenlabs-js 2.73, the types of a conversation under their wire names; ElevenLabs, "Post-call
// webhooks". Only what is used is read.
const direction = lazy(() => lenient(z.enum(['inbound', 'outbound'])));
const turn = lazy(() => z.object({ role: text(), message: text(), time_in_call_secs: number() }));

const metadata = lazy(() =>
  z.object({
    /** Epoch seconds. */
    start_time_unix_secs: number(),
    call_duration_secs: number(),
    termination_reason: text(),
    text_only: boolean(),
    phone_call: lenient(
      z.object({ direction: direction(), agent_number: identifier(), external_number: identifier(), call_result: text() }),
    ),
    sms: lenient(z.object({ direction: direction(), sms_user_phone_number: identifier(), agent_phone_number: identifier() })),
    whatsapp: lenient(
      z.object({
        direction: direction(),
        whatsapp_user_id: identifier(),
        recipient: lenient(z.object({ phone: identifier() })),
      }),
    ),
    /** Of a call that could not be made: the carrier's own words, Twilio's or those of SIP. */
    body: lenient(z.object({ From: identifier(), To: identifier(), from_number: identifier(), to_number: identifier() })),
  }),
);

const analysis = lazy(() =>
  z.object({
    call_successful: text(),
    transcript_summary: text(),
    call_summary_title: text(),
    data_collection_results: z.unknown().optional(),
    data_collection_results_list: z.unknown().optional(),
    evaluation_criteria_results: lenient(z.record(z.string(), lenient(z.object({ result: scalar() })))),
  }),
);

const data = lazy(() =>
  z.object({
    agent_id: text(),
    conversation_id: identifier(),
    status: text(),
    user_id: identifier(),
    transcript: lenient(z.array(lenient(turn()))),
    metadata: lenient(metadata()),
    analysis: lenient(analysis()),
    conversation_initiation_client_data: lenient(z.object({ dynamic_variables: z.unknown().optional() })),
    failure_reason: text(),
  }),
);
export type ElevenLabsData = z.infer<ReturnType<typeof data>>;
export type ElevenLabsTurn = z.infer<ReturnType<typeof turn>>;
export type ElevenLabsAnalysis = z.infer<ReturnType<typeof analysis>>;

export const readData = (raw: RawObject): ElevenLabsData => data().parse(raw);
