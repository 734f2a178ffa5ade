import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: Twilio, "Call status callbacks", "Request parameters" of messages, "Answering machine detection"; twilio 6.2,
// api/v2010/account/call.d.ts and message.d.ts. A form: every value is text.
const form = lazy(() =>
  z.object({
    CallSid: text(),
    CallStatus: text(),
    ParentCallSid: text(),
    Direction: text(),
    /** Seconds. `Duration` is another thing: what is billed. */
    CallDuration: text(),
    /** RFC 2822, of the event. */
    Timestamp: text(),
    /** RFC 2822, of calls and messages of the API. */
    StartTime: text(),
    EndTime: text(),
    SequenceNumber: text(),
    AnsweredBy: text(),
    CallerName: text(),
    RecordingUrl: text(),
    RecordingStatus: text(),
    MessageSid: text(),
    SmsSid: text(),
    MessageStatus: text(),
    SmsStatus: text(),
    Body: text(),
    NumMedia: text(),
    ProfileName: text(),
    From: text(),
    To: text(),
  }),
);
export type TwilioFields = z.infer<ReturnType<typeof form>>;

export const readFields = (raw: RawObject): TwilioFields => form().parse(raw);
