/** The largest prime below ten thousand million: multiplying by anything else modulo it repeats no id. */
const MODULUS = 9_999_999_967;
const STEP = 3_141_592_653;
/** Past it the product is no exact integer any more. */
const SEQUENCE_MAX = 2_800_000;

/**
 * The id of the `sequence`-th record of the portal. Ids are digits, neither in the order of creation nor of one length:
 * who takes a larger id for a newer record, or compares ids as text, goes wrong here as with HubSpot.
 */
export function recordIdOf(sequence: number): string {
  if (sequence > SEQUENCE_MAX) throw new RangeError(`fakeHubSpot keeps at most ${SEQUENCE_MAX} records.`);
  const base = sequence % 3 === 0 ? 80_000_000_000 : 700_000_000_000;
  return String(base + ((sequence * STEP) % MODULUS));
}

/** Digits without a leading zero. */
export const isRecordId = (text: string): boolean => /^[1-9]\d{0,15}$/.test(text);

/** A text that sorts as the number does. */
export const sortKeyOf = (id: string): string => id.padStart(16, '0');

/** A UUID that counts the requests. */
export const correlationIdOf = (sequence: number): string => `019ce0f8-6d3a-7898-a39b-${sequence.toString(16).padStart(12, '0')}`;
