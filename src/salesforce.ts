export {
  createSalesforceApp,
  type SalesforceApp,
  type SalesforceAppOptions,
  type SalesforceConnection,
} from './connectors/salesforce/app.ts';
export { type ClientCredentials, clientCredentials, staticToken } from './connectors/salesforce/auth/client.ts';
export { type JwtBearer, jwtBearer } from './connectors/salesforce/auth/jwt.ts';
export type { AuthorizeOptions, RevokeOptions, TenantLogin } from './connectors/salesforce/auth/oauth.ts';
export { type RefreshTokenOptions, refreshToken, type StartTokens } from './connectors/salesforce/auth/refresh.ts';
export { salesforce } from './connectors/salesforce/index.ts';
export type { SalesforceOptions } from './connectors/salesforce/options.ts';
export { accountTemplate, contactTemplate, leadTemplate } from './connectors/salesforce/templates.ts';
export type { CallBudget } from './http/account-connection.ts';
export type { Authorization, CodeExchange, RandomBytes } from './http/oauth.ts';
export type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from './ports/tokens.ts';
