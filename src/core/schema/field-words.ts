/** What CRMs put around the names of fields: HubSpot before its own, Salesforce a package before and `__c` after custom ones. */
const AROUND = /^hs_|^[A-Za-z][A-Za-z0-9]*__(?=.+__(?:c|pc)$)|__(?:c|pc)$/g;

/**
 * The words of a field's name or label, whatever the spelling: `snake_case`, `CamelCase`, or as people write.
 *
 * @example
 * wordsOf('Lead_Status__c') //=> ['lead', 'status']
 * wordsOf('acme__HasOptedOutOfEmail__c') //=> ['has', 'opted', 'out', 'of', 'email']
 * wordsOf('hs_lead_status') //=> ['lead', 'status']
 * wordsOf('Postal/ZIP Code') //=> ['postal', 'zip', 'code']
 */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replace(AROUND, '')
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$2 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
