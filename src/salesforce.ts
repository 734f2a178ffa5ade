export { type ClientCredentials, clientCredentials, staticToken } from './connectors/salesforce/auth-client.ts';
export { type JwtBearer, jwtBearer } from './connectors/salesforce/auth-jwt.ts';
export { type RefreshTokenOptions, refreshToken, type StartTokens } from './connectors/salesforce/auth-refresh.ts';
export { type SalesforceOptions, salesforce } from './connectors/salesforce/index.ts';
export type { AccessToken, Auth, AuthCall, TokenStore, Tokens } from './ports/tokens.ts';
