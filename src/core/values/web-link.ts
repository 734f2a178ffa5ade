/** A link that people may click on: `javascript:` and the like, and text with blanks, never get into a CRM. */
export const isWebLink = (url: string): boolean => /^https?:\/\/\S+$/i.test(url) && URL.canParse(url);
