import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { boolean, identifier, lenient, number, text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: retell-sdk 5.66, resources/call.d.ts and chat.d.ts (PhoneCallResponse, WebCallResponse, ChatResponse). Only
// what is used is read.
const turn = lazy(() =>
  z.object({
    role: text(),
    content: text(),
    /** Epoch milliseconds; chats only. */
    created_timestamp: number(),
    /** Seconds from the start of the audio; calls only. */
    words: lenient(z.array(z.object({ start: number() }))),
  }),
);
const turns = lazy(() => lenient(z.array(lenient(turn()))));

const analysis = lazy(() =>
  z.object({
    user_sentiment: text(),
    call_summary: text(),
    chat_summary: text(),
    call_successful: boolean(),
    chat_successful: boolean(),
    in_voicemail: boolean(),
    custom_analysis_data: z.unknown().optional(),
  }),
);

/** A call or a chat: the two share most of their members, and what they do not share is absent. */
const source = lazy(() =>
  z.object({
    call_id: identifier(),
    chat_id: identifier(),
    call_status: text(),
    chat_type: text(),
    chat_status: text(),
    agent_id: text(),
    direction: lenient(z.enum(['inbound', 'outbound'])),
    from_number: identifier(),
    to_number: identifier(),
    /** Epoch milliseconds, both. */
    start_timestamp: number(),
    end_timestamp: number(),
    duration_ms: number(),
    transcript: text(),
    transcript_object: turns(),
    message_with_tool_calls: turns(),
    recording_url: text(),
    disconnection_reason: text(),
    metadata: z.unknown().optional(),
    call_analysis: lenient(analysis()),
    chat_analysis: lenient(analysis()),
  }),
);
export type RetellSource = z.infer<ReturnType<typeof source>>;
export type RetellTurn = z.infer<ReturnType<typeof turn>>;
export type RetellAnalysis = z.infer<ReturnType<typeof analysis>>;

export const readSource = (raw: RawObject): RetellSource => source().parse(raw);
