import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { boolean, identifier, lenient, number, text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: @rc-ex/core 1.8, definitions/CallLogRecord, CallLogFromParty, CallLogToParty, GetMessageInfoResponse,
// MessageStoreCallerInfoResponseFrom. Ids are numbers from the API and text in notifications.
const party = lazy(() =>
  z.object({
    /** With or without `+`, or formatted. */
    phoneNumber: identifier(),
    extensionNumber: identifier(),
    extensionId: identifier(),
    name: text(),
  }),
);
export type RingCentralParty = z.infer<ReturnType<typeof party>>;

const call = lazy(() =>
  z.object({
    sessionId: identifier(),
    telephonySessionId: text(),
    /** ISO 8601. */
    startTime: text(),
    /** Seconds. */
    duration: number(),
    durationMs: number(),
    type: text(),
    direction: text(),
    result: text(),
    from: lenient(party()),
    to: lenient(party()),
    extension: lenient(z.object({ id: identifier() })),
    /** `link` is made by App Connect's clients; `contentUri` needs an access token, so it is no link for people. */
    recording: lenient(z.object({ link: text() })),
    voicemail: lenient(z.object({ link: text() })),
    message: lenient(z.object({ type: text() })),
    finished: boolean(),
    deleted: boolean(),
    lastModifiedTime: text(),
  }),
);
export type RingCentralCall = z.infer<ReturnType<typeof call>>;
export const readCallRecord = (raw: RawObject): RingCentralCall => call().parse(raw);

const message = lazy(() =>
  z.object({
    id: identifier(),
    conversationId: identifier(),
    conversation: lenient(z.object({ id: identifier() })),
    type: text(),
    direction: text(),
    from: lenient(party()),
    to: lenient(z.array(lenient(party()))),
    /** ISO 8601, both. */
    creationTime: text(),
    lastModifiedTime: text(),
    subject: text(),
    messageStatus: text(),
    availability: text(),
    attachments: lenient(z.array(lenient(z.object({ vmDuration: number() })))),
  }),
);
export type RingCentralMessage = z.infer<ReturnType<typeof message>>;
export const readMessageRecord = (raw: RawObject): RingCentralMessage => message().parse(raw);
