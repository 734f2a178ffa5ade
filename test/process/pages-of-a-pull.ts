export const PAGES = 60;
export const RECORDS = 150;
