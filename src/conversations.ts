export { type BlandWebhookOptions, blandWebhook } from './conversations/bland/bland-webhook.ts';
export { type BlandOptions, fromBland } from './conversations/bland/from-bland.ts';
export { type BlandSigning, signBland } from './conversations/bland/signature.ts';
export { type ElevenLabsWebhookOptions, elevenLabsWebhook } from './conversations/elevenlabs/elevenlabs-webhook.ts';
export { type ElevenLabsOptions, fromElevenLabs } from './conversations/elevenlabs/from-elevenlabs.ts';
export { type ElevenLabsSigning, signElevenLabs } from './conversations/elevenlabs/signature.ts';
export type { IgnoredReason, Incoming } from './conversations/incoming.ts';
export {
  conversationMappingSchema,
  parseConversationMapping,
  safeParseConversationMapping,
} from './conversations/json/conversation-mapping.ts';
export { checkConversationMapping, type FromJsonOptions, fromJson } from './conversations/json/from-json.ts';
export { type JsonVerification, type JsonWebhookOptions, jsonWebhook, signJson } from './conversations/json/json-webhook.ts';
export type { ConversationMapping } from './conversations/json/mapping-types.ts';
export type { PayloadOptions, ResolvedNumbers } from './conversations/payload/sides.ts';
export { fromRetell, type RetellOptions } from './conversations/retell/from-retell.ts';
export {
  type ConvertedRetellConfig,
  fromRetellCrmConfig,
  type RetellCrmConfigOptions,
} from './conversations/retell/from-retell-crm-config.ts';
export { type RetellWebhookOptions, retellWebhook } from './conversations/retell/retell-webhook.ts';
export { type RetellSigning, signRetell } from './conversations/retell/signature.ts';
export { fromRingCentralCall, type RingCentralCallOptions } from './conversations/ringcentral/from-ring-central-call.ts';
export { fromRingCentralMessage, type RingCentralMessageOptions } from './conversations/ringcentral/from-ring-central-message.ts';
export {
  type RingCentralIncoming,
  type RingCentralWebhookOptions,
  ringCentralWebhook,
} from './conversations/ringcentral/ring-central-webhook.ts';
export { fromTwilio, type TwilioOptions } from './conversations/twilio/from-twilio.ts';
export { signTwilio, type TwilioForm, type TwilioSigning } from './conversations/twilio/signature.ts';
export { type TwilioWebhookOptions, twilioWebhook } from './conversations/twilio/twilio-webhook.ts';
export { fromVapi, type VapiOptions } from './conversations/vapi/from-vapi.ts';
export { signVapi, type VapiHmac, type VapiSigning } from './conversations/vapi/signature.ts';
export { type VapiWebhookOptions, vapiWebhook } from './conversations/vapi/vapi-webhook.ts';
export { parseConversation, safeParseConversation } from './core/conversation/parse-conversation.ts';
