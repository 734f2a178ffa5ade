import type { Activity, ActivityPart } from '../../../core/activity/activity.ts';
import { composeText, partsOf } from '../../../core/activity/activity-parts.ts';
import { keyText, referencePart } from '../../../core/activity/activity-reference.ts';
import type { Channel, Outcome } from '../../../core/conversation/conversation.ts';
import type { DescribedField } from '../../../core/schema/described.ts';
import type { Value } from '../../../core/values/value.ts';
import type { ActivityRecord, Call } from '../../../ports/connector.ts';
import type { Context } from '../context.ts';
import { EXTERNAL_ID, KEY_MAX, textProperty } from './activity-key.ts';
import { associationsOf } from './associations.ts';

const HTML_MAX = 65_536;

type Fields = ReadonlyMap<string, DescribedField>;
type Form = 'calls' | 'communications' | 'notes';
/** Values that are left out where undefined. */
type Wanted = Readonly<Record<string, Value | undefined>>;

/** A chat that is neither an SMS nor WhatsApp, where the portal has such a channel. */
const CHAT_CHANNEL = 'CUSTOM_CHANNEL_CONVERSATION';
const CHANNELS: Readonly<Partial<Record<Channel, string>>> = { sms: 'SMS', whatsapp: 'WHATS_APP', chat: CHAT_CHANNEL };

/** Source: HubSpot developer docs, "Calls", `hs_call_status`. */
const STATUSES: Readonly<Record<Outcome, string | undefined>> = {
  completed: 'COMPLETED',
  transferred: 'COMPLETED',
  voicemail: 'COMPLETED',
  no_answer: 'NO_ANSWER',
  busy: 'BUSY',
  failed: 'FAILED',
  canceled: 'CANCELED',
  unknown: undefined,
};
/** HubSpot's own call outcomes; a portal may have renamed or removed them. Source: HubSpot developer docs, "Calls". */
const DISPOSITIONS: Readonly<Partial<Record<Outcome, string>>> = {
  completed: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
  transferred: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
  voicemail: 'b2cf5968-551e-4856-9783-52b3da59a7d0',
  no_answer: '73a0d17f-1163-4015-bdd5-ec830791da20',
  busy: '9d9162e7-6cf3-4944-bf63-4dff82258764',
};

/**
 * An activity as HubSpot keeps it: a call, a communication (SMS, WhatsApp), or a note where HubSpot has nothing better.
 * It is only logged: HubSpot sends and dials nothing.
 */
export async function activityRecord(context: Context, activity: Activity, call: Call): Promise<ActivityRecord> {
  const { chatAs } = context;
  const channel = CHANNELS[activity.channel];
  const logged = FORMS.find((form) => form === activity.loggedAs);
  if (logged !== undefined) return recordOf(activity, logged, await fieldsOf(context, logged, call));
  if (isCall(activity.channel)) return recordOf(activity, 'calls', await fieldsOf(context, 'calls', call));
  if (channel !== undefined && (activity.channel !== 'chat' || chatAs === 'communication')) {
    const fields = await fieldsOf(context, 'communications', call);
    if (activity.channel !== 'chat' || hasOption(fields.get('hs_communication_channel_type'), CHAT_CHANNEL))
      return recordOf(activity, 'communications', fields);
  }
  return recordOf(activity, 'notes', await fieldsOf(context, 'notes', call));
}

const FORMS: readonly Form[] = ['calls', 'communications', 'notes'];
const isCall = (channel: Channel): boolean => channel === 'call' || channel === 'voicemail';
const fieldsOf = async (context: Context, object: Form, call: Call): Promise<Fields> =>
  (await context.describer.object(object, call)).fields;

const WANTED: Readonly<Record<Form, (activity: Activity, fields: Fields) => Wanted>> = {
  calls: callValues,
  communications: communicationValues,
  notes: () => ({}),
};

/** Properties that HubSpot does not describe, or that can't be given on a creation, are left out. */
export function recordOf(activity: Activity, object: Form, fields: Fields): ActivityRecord {
  const text = { field: textProperty(object), format: 'html', max: HTML_MAX, parts: textParts(activity, object, fields) } as const;
  const wanted: Wanted = {
    hs_timestamp: new Date(activity.startedAt).toISOString(),
    [text.field]: composeText(text.parts, text).text,
    ...WANTED[object](activity, fields),
    hubspot_owner_id: activity.owner,
  };
  const usable = Object.entries(wanted).flatMap(([name, value]): [string, Value][] =>
    value === undefined || value === '' || fields.get(name)?.creatable !== true ? [] : [[name, value]],
  );
  return {
    object,
    values: Object.fromEntries(usable),
    createOnly: usable.map(([name]) => name).filter((name) => CREATE_ONLY.has(name) || fields.get(name)?.updatable !== true),
    associations: associationsOf(activity),
    ...(usable.some(([name]) => name === text.field) ? { text } : {}),
  };
}

/** What has no title begins with its subject, and what has no field for the key ends with it. */
function textParts(activity: Activity, object: Form, fields: Fields): readonly ActivityPart[] {
  const hasTitle = object === 'calls';
  const hasKey = hasTitle && fields.get(EXTERNAL_ID)?.creatable === true;
  return [
    ...(hasTitle ? [] : [{ name: 'subject', text: activity.subject }]),
    ...partsOf(activity),
    ...(hasKey ? [] : [referencePart(activity.key)]),
  ];
}

const CREATE_ONLY: ReadonlySet<string> = new Set([EXTERNAL_ID, 'hs_communication_channel_type', 'hs_communication_logged_from']);

function callValues(activity: Activity, fields: Fields): Wanted {
  const { direction, durationSeconds, from, to, recordingUrl, outcome } = activity;
  return {
    hs_call_title: activity.subject,
    hs_call_direction: direction === 'unknown' ? undefined : direction.toUpperCase(),
    hs_call_duration: durationSeconds === undefined ? undefined : Math.max(0, Math.round(durationSeconds * 1_000)),
    hs_call_from_number: from,
    hs_call_to_number: to,
    // HubSpot refuses the link of an unencrypted recording; it still stands in the body.
    hs_call_recording_url: recordingUrl?.startsWith('https://') ? recordingUrl : undefined,
    hs_call_status: STATUSES[outcome],
    hs_call_disposition: dispositionOf(activity, fields.get('hs_call_disposition')),
    [EXTERNAL_ID]: keyText(activity.key, KEY_MAX),
  };
}

function communicationValues(activity: Activity): Wanted {
  return {
    hs_communication_channel_type: CHANNELS[activity.channel],
    hs_communication_logged_from: 'CRM',
  };
}

/** An outcome of the portal by its id or its name, else HubSpot's own for the outcome of the call; only one that exists. */
function dispositionOf({ disposition, outcome }: Activity, field: DescribedField | undefined): string | undefined {
  const options = field?.options ?? [];
  const word = disposition?.toLowerCase();
  const named = options.find(({ value, label }) => value.toLowerCase() === word || label.toLowerCase() === word);
  return named?.value ?? options.find(({ value }) => value === DISPOSITIONS[outcome])?.value;
}

const hasOption = (field: DescribedField | undefined, value: string): boolean =>
  field?.options?.some((option) => option.value === value) ?? false;
