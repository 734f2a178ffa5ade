/** Text that says something; undefined otherwise. */
export const filled = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text);
