const HALF_CHARACTER = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as a CRM can hold it: half characters and NUL would make it refuse the whole request as malformed JSON. */
export const wireText = (text: string): string => text.replaceAll(HALF_CHARACTER, '\ufffd').replaceAll('\u0000', '');
