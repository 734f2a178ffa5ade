const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Key prefixes of the objects the fake knows (Salesforce Help, "Standard Field Record ID Prefix Decoder"). */
export const KEY_PREFIXES: Readonly<Record<string, string>> = {
  Account: '001',
  Contact: '003',
  User: '005',
  Opportunity: '006',
  OpportunityContactRole: '00K',
  Lead: '00Q',
  Task: '00T',
  CampaignMember: '00v',
  Case: '500',
  Campaign: '701',
  TaskStatus: '01J',
};

/** The three letters that make a 15-character id safe where case gets lost: each tells which of five characters are capital. */
export function checksumOf(id15: string): string {
  let letters = '';
  for (let block = 0; block < 3; block += 1) {
    let bits = 0;
    for (let position = 0; position < 5; position += 1) {
      const character = id15.charAt(block * 5 + position);
      if (character >= 'A' && character <= 'Z') bits |= 1 << position;
    }
    letters += CHECKSUM.charAt(bits);
  }
  return letters;
}

/** The 18-character form, or null for text that is no id. 15 characters are case-sensitive; a wrong checksum is no id. */
export function toId18(text: string): string | null {
  if (!/^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$/.test(text)) return null;
  const id15 = text.slice(0, 15);
  const checksum = checksumOf(id15);
  return text.length === 15 || text.slice(15).toUpperCase() === checksum ? id15 + checksum : null;
}

/** The id of the `sequence`-th record of an object. Steps are uneven, so that letters of both cases come up early. */
export function idOf(prefix: string, sequence: number): string {
  let rest = sequence * 23 + 11;
  let tail = '';
  while (rest > 0) {
    tail = DIGITS.charAt(rest % 62) + tail;
    rest = Math.floor(rest / 62);
  }
  const id15 = `${prefix}Fk0${tail.padStart(9, '0')}`;
  return id15 + checksumOf(id15);
}

/**
 * The order of `ORDER BY Id` and of `Id > '…'`. Salesforce does not promise the order of code units, so the fake uses
 * another one: who compares ids by themselves instead of letting the query do it loses rows.
 */
export function compareIds(a: string, b: string): number {
  for (let at = 0; at < 15; at += 1) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Digits, then small letters, then capitals. */
const rank = (code: number): number => (code >= 97 ? code - 40 : code);
