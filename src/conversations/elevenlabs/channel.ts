import type { Channel } from '../../core/conversation/conversation.ts';
import { fromAndTo, type GivenSides } from '../payload/sides.ts';
import type { ElevenLabsData } from './wire.ts';

type Metadata = NonNullable<ElevenLabsData['metadata']>;

/** The channel, and who took part as far as it says. A conversation on a web page or in an app names nobody. */
export function channelOf(metadata: Metadata = {}): GivenSides & { readonly channel: Channel } {
  const { phone_call, sms, whatsapp, text_only } = metadata;
  if (whatsapp !== undefined)
    return {
      channel: 'whatsapp',
      direction: whatsapp.direction,
      addresses: () => ({ contact: whatsapp.recipient?.phone ?? numberOf(whatsapp.whatsapp_user_id) }),
    };
  if (sms !== undefined)
    return {
      channel: 'sms',
      direction: sms.direction,
      addresses: () => ({ contact: sms.sms_user_phone_number, agent: sms.agent_phone_number }),
    };
  return {
    channel: text_only === true ? 'chat' : 'call',
    direction: phone_call?.direction,
    addresses: () => ({ contact: phone_call?.external_number, agent: phone_call?.agent_number }),
  };
}

/** WhatsApp's id of a person is the number in digits, without its `+`. */
const numberOf = (id: string | number | undefined) => (/^[1-9]\d{6,14}$/.test(String(id)) ? `+${id}` : id);

/** A call that could not be made is one of ours to somebody. */
export function failedCall({ body }: Metadata = {}): GivenSides & { readonly channel: Channel } {
  const from = body?.From ?? body?.from_number;
  const to = body?.To ?? body?.to_number;
  return { channel: 'call', direction: 'outbound', addresses: fromAndTo(from, to) };
}
