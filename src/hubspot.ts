export { createHubSpotApp, type HubSpotApp, type HubSpotAppOptions, type HubSpotConnection } from './connectors/hubspot/app.ts';
export type { AuthorizeOptions, RevokeOptions } from './connectors/hubspot/auth/oauth.ts';
export { privateApp } from './connectors/hubspot/auth/private-app.ts';
export { type RefreshTokenOptions, refreshToken, type StartTokens } from './connectors/hubspot/auth/refresh.ts';
export { hubspot } from './connectors/hubspot/index.ts';
export type { HubSpotOptions } from './connectors/hubspot/options.ts';
export { companyTemplate, contactTemplate } from './connectors/hubspot/templates.ts';
export {
  type HubSpotDelivery,
  type HubSpotEvent,
  type HubSpotWebhookOptions,
  hubspotWebhook,
  type RecordToPull,
} from './connectors/hubspot/webhook/webhook.ts';
export type { CallBudget } from './http/account-connection.ts';
export type { Authorization, CodeExchange, RandomBytes } from './http/oauth.ts';
export type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from './ports/tokens.ts';
