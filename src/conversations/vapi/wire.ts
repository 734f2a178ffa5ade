import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { identifier, lenient, number, scalar, text } from '../payload/lenient.ts';
import type { RawObject } from '../payload/object-of.ts';

// Source: @vapi-ai/server-sdk 2.0, ServerMessageEndOfCallReport, Call, Analysis, Artifact, CreateCustomerDto. Only what is
// used is read. What the message does not hold may stand in the call, as Vapi's API answers it.
const turn = lazy(() =>
  z.object({
    role: text(),
    message: text(),
    /** Of a tool. */
    result: text(),
    /** Epoch milliseconds. */
    time: number(),
    secondsFromStart: number(),
  }),
);
const turns = lazy(() => lenient(z.array(lenient(turn()))));

const analysis = lazy(() =>
  z.object({
    summary: text(),
    structuredData: z.unknown().optional(),
    successEvaluation: scalar(),
  }),
);

const artifact = lazy(() =>
  z.object({
    transcript: text(),
    messages: turns(),
    recordingUrl: text(),
    recording: lenient(z.object({ stereoUrl: text(), mono: lenient(z.object({ combinedUrl: text() })) })),
    structuredOutputs: z.unknown().optional(),
    structuredOutputsLastUpdatedAt: text(),
  }),
);

const customer = lazy(() =>
  z.object({ number: identifier(), sipUri: text(), extension: identifier(), name: text(), email: text(), externalId: identifier() }),
);

const shared = lazy(() => ({
  status: text(),
  endedReason: text(),
  /** ISO 8601, both. */
  startedAt: text(),
  endedAt: text(),
  customer: lenient(customer()),
  phoneNumber: lenient(z.object({ number: identifier() })),
  analysis: lenient(analysis()),
  artifact: lenient(artifact()),
}));

const call = lazy(() =>
  z.object({
    ...shared(),
    id: identifier(),
    type: text(),
    assistantId: text(),
    createdAt: text(),
    assistantOverrides: lenient(z.object({ metadata: z.unknown().optional() })),
    metadata: z.unknown().optional(),
  }),
);

const message = lazy(() =>
  z.object({
    ...shared(),
    /** Epoch milliseconds. */
    timestamp: number(),
    durationMs: number(),
    durationSeconds: number(),
    call: lenient(call()),
    chat: lenient(z.object({ id: identifier(), createdAt: text(), assistantId: text() })),
    assistant: lenient(z.object({ id: text(), name: text(), metadata: z.unknown().optional() })),
    transcript: text(),
    recordingUrl: text(),
    summary: text(),
  }),
);
type Message = z.infer<ReturnType<typeof message>>;
export type VapiTurn = z.infer<ReturnType<typeof turn>>;
export type VapiAnalysis = z.infer<ReturnType<typeof analysis>>;

/** A message whose members are those of its call where it has none itself. */
export function readMessage(raw: RawObject): Message {
  const read = message().parse(raw);
  const { call } = read;
  return {
    ...read,
    status: read.status ?? call?.status,
    endedReason: read.endedReason ?? call?.endedReason,
    startedAt: read.startedAt ?? call?.startedAt,
    endedAt: read.endedAt ?? call?.endedAt,
    customer: read.customer ?? call?.customer,
    phoneNumber: read.phoneNumber ?? call?.phoneNumber,
    analysis: read.analysis ?? call?.analysis,
    artifact: read.artifact ?? call?.artifact,
  };
}
