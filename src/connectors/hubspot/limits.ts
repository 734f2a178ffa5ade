/** Most records of one request. Source: HubSpot developer docs, "Contacts", limits. */
export const BATCH_MAX = 100;
/** The same where the history of properties is asked for. */
export const HISTORY_BATCH_MAX = 50;
/** Most records whose ties one request tells. Source: HubSpot developer docs, "Associations". */
export const RELATED_MAX = 1_000;
/** From the start of a write to its answer, whatever happens in between. */
export const WRITE_TIMEOUT_MS = 90_000;
/** A property holds 65,536 characters of HTML, which is longer than the text that it shows. */
export const ACTIVITY_LIMITS = { subjectMax: 255, bodyMax: 50_000, severalPeople: true } as const;
