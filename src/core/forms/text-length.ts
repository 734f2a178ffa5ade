/** Characters of a text: about what a CRM's longest text field holds. */
export const TEXT_LENGTH_MAX = 32_000;
