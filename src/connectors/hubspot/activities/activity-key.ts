/** The id of a call in the system that made it, which HubSpot keeps and searches. */
export const EXTERNAL_ID = 'hs_call_external_id';
/** Most characters of a key; a longer one goes by its hash. */
export const KEY_MAX = 255;

const TEXTS: Readonly<Record<string, string>> = {
  calls: 'hs_call_body',
  communications: 'hs_communication_body',
  notes: 'hs_note_body',
};

/** Where the text of an activity is; for another object a property that none has. */
export const textProperty = (object: string): string => (Object.hasOwn(TEXTS, object) ? TEXTS[object]! : 'hs_note_body');
