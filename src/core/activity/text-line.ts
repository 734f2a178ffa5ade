/** A line that shows something: what a person reads, and where it stands in the text as the CRM keeps it. */
export interface TextLine {
  /** Without tags and escapes, blanks as one space. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One space for each run of blanks, none at the ends: a CRM may store other ones than it was given. */
export const withoutExtraBlanks = (text: string): string => text.replace(/\s+/gu, ' ').trim();
