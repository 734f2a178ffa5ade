import { type Meaning, type MeaningRow, meaningOf } from '../../http/meaning.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const RECONNECT = 'Connect the HubSpot account again.';
const BAD_TOKEN = 'What was sent is no HubSpot token: check the environment variable or the token store that it comes from.';
const BUSY = 'HubSpot is overloaded or down: the same call works later.';
const REQUIRED = "The portal requires {field}: map it or fill it in the record, or change the object's required properties in HubSpot.";
const REQUIRED_THEN =
  'The portal requires {field} where another property has the value that was sent: map it or fill it in the record, or change the conditional property in HubSpot.';

/** By `category`, by the code of a single property, by the policy of a limit. `{field}`, `{scopes}`: as the answer names them. */
const ROWS = {
  EXPIRED_AUTHENTICATION: ['session_expired', 'authentication', 'never', RECONNECT],
  INVALID_AUTHENTICATION: ['token_revoked', 'authentication', 'never', RECONNECT],
  MISSING_SCOPES: [
    'missing_scopes',
    'permission',
    'never',
    'Give the app one of the scopes {scopes}, then connect the account again so that its token has it.',
  ],
  USER_DOES_NOT_HAVE_PERMISSIONS: [
    'no_access',
    'permission',
    'never',
    'The user who installed the app lost permissions in HubSpot: restore them, or connect the account as another user.',
  ],
  EDIT_ASSOCIATIONS: [
    'no_access',
    'permission',
    'never',
    'Give the user who installed the app the permission "Edit associations" in HubSpot, or connect the account as another user.',
  ],
  BANNED: ['account_blocked', 'permission', 'never', 'HubSpot has blocked the app or the account: ask HubSpot support.'],
  PORTAL_AUTHENTICATION_FAILED: ['no_access', 'permission', 'never', 'The app has no access to this HubSpot account: install it there.'],
  OBJECT_NOT_FOUND: ['not_found', 'not_found', 'never', 'The record does not exist any more, or was merged into another one.'],
  CONFLICT: ['duplicate', 'duplicate', 'never', 'Another record has this email address: link that record, or change the value.'],
  OBJECT_ALREADY_EXISTS: ['duplicate', 'duplicate', 'never', 'It exists already under this name: use that one.'],
  VALIDATION_ERROR: ['record_refused', 'validation', 'never', 'HubSpot refuses the request: correct the record or the mapping.'],
  INVALID_OBJECT_IDS: [
    'invalid_reference',
    'validation',
    'never',
    'A record that it should be associated with does not exist: choose another one.',
  ],
  RATE_LIMITS: ['rate_limit', 'rate_limit', 10 * SECOND, 'HubSpot asks for fewer requests: the same call works later.'],
  SECONDLY: [
    'search_limit',
    'rate_limit',
    SECOND,
    'All apps of the account together searched too often within a second: the same call works later.',
  ],
  TEN_SECONDLY_ROLLING: ['burst_limit', 'rate_limit', 10 * SECOND, 'Too many requests within ten seconds: the same call works later.'],
  DAILY: [
    'daily_limit',
    'rate_limit',
    HOUR,
    "The account's API calls of the day are used up: wait for midnight in its time zone, or buy more.",
  ],
  PROPERTY_DOESNT_EXIST: [
    'field_not_visible',
    'configuration',
    'never',
    'HubSpot has no property {field}: correct the mapping, or create the property.',
  ],
  READ_ONLY_VALUE: ['read_only_field', 'permission', 'never', 'HubSpot itself fills {field}: make it inbound in the mapping.'],
  INVALID_OPTION: ['unknown_option', 'validation', 'never', 'Add the value to the options of {field}, or translate it with `valueMap`.'],
  CONFLICTING_UNIQUE_VALUE: [
    'duplicate',
    'duplicate',
    'never',
    'Another record has this value in {field}, which no two may share: link that record, or change the value.',
  ],
  INVALID_EMAIL: ['invalid_email', 'validation', 'never', 'Correct the email address in {field}.'],
  INVALID_INTEGER: ['wrong_type', 'validation', 'never', 'The value of {field} is no whole number: check the mapping.'],
  INVALID_FLOAT: ['wrong_type', 'validation', 'never', 'The value of {field} is no number: check the mapping.'],
  INVALID_LONG: ['wrong_type', 'validation', 'never', 'The value of {field} is no whole number: check the mapping.'],
  INVALID_DATE: ['wrong_type', 'validation', 'never', 'The value of {field} is no date: check the mapping.'],
  MISSING_REQUIRED_PROPERTY: ['required_field_missing', 'validation', 'never', REQUIRED],
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: ['required_field_missing', 'validation', 'never', REQUIRED_THEN],
} as const satisfies Record<string, MeaningRow>;

export type VendorCode = keyof typeof ROWS;

/** Source: HubSpot developer docs, "Error handling", "Usage guidelines"; changelog "CRM API write validation enforcement". */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(ROWS).map(([vendorCode, row]) => [vendorCode, meaningOf(row)]),
);

/** A 401 for something that never was a token; only the time at which it "expired" tells. */
export const NOT_A_TOKEN = meaningOf(['bad_access_token', 'configuration', 'never', BAD_TOKEN]);

const STATUS_ROWS: Readonly<Record<number, MeaningRow>> = {
  400: ['bad_request', 'validation', 'never', 'HubSpot refuses the request: check the mapping of this object.'],
  401: ['token_revoked', 'authentication', 'never', RECONNECT],
  403: ['forbidden', 'permission', 'never', "HubSpot refuses the app: check its scopes and the connected user's permissions."],
  404: ['not_found', 'not_found', 'never', 'The record or the object does not exist, or is hidden from the app.'],
  405: ['request_refused', 'validation', 'never', 'HubSpot does not offer this for the object.'],
  409: ['conflict', 'conflict', 'never', 'The record is in conflict with another one: look for it in HubSpot.'],
  413: ['request_too_large', 'validation', 'never', 'The record is too large for one request: shorten its texts.'],
  414: ['query_too_long', 'configuration', 'never', 'Map fewer properties of this object: the query no longer fits into a URL.'],
  415: ['request_refused', 'validation', 'never', 'HubSpot refuses the request: report it with the status in the message.'],
  423: ['record_locked', 'conflict', 2 * SECOND, 'Others are writing the same records: the same write works later.'],
  429: ['rate_limit', 'rate_limit', 10 * SECOND, 'HubSpot asks for fewer requests: the same call works later.'],
  477: ['account_moving', 'server', HOUR, 'HubSpot moves the account to another data centre: the same call works when that is done.'],
  500: [
    'server_fault',
    'server',
    'retry',
    'HubSpot failed inside: try again, and give HubSpot the correlation id of the message if it lasts.',
  ],
  502: ['server_busy', 'server', 10 * SECOND, BUSY],
  503: ['server_busy', 'server', 10 * SECOND, BUSY],
  504: ['server_busy', 'server', 10 * SECOND, BUSY],
  521: ['server_busy', 'server', 10 * SECOND, BUSY],
  522: ['edge_unavailable', 'server', 10 * SECOND, "HubSpot's edge can't reach HubSpot: the same call works later."],
  523: ['server_busy', 'server', 10 * SECOND, BUSY],
  524: ['server_busy', 'server', 10 * SECOND, BUSY],
  525: ['edge_unavailable', 'server', MINUTE, "HubSpot's edge can't reach HubSpot: the same call works later."],
  526: ['edge_unavailable', 'server', MINUTE, "HubSpot's edge can't reach HubSpot: the same call works later."],
  530: ['bad_access_token', 'configuration', 'never', BAD_TOKEN],
};
/** The statuses above, for whoever checks them all. */
export const KNOWN_STATUSES: readonly number[] = Object.keys(STATUS_ROWS).map(Number);

/** What a status means without a code that we know. */
export function meaningOfStatus(status: number): Meaning {
  const row = STATUS_ROWS[status];
  if (row) return meaningOf(row);
  if (status >= 500) return meaningOf(['server_fault', 'server', 'retry', 'HubSpot failed inside: the same call works later.']);
  if (status >= 400)
    return meaningOf(['request_refused', 'validation', 'never', 'HubSpot refuses the request: report it with the status in the message.']);
  return meaningOf(['unexpected_answer', 'server', 'retry', 'Something between us and HubSpot answered: check proxies and `baseUrl`.']);
}
