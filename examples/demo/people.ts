const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Chloe',
  'Diego',
  'Elif',
  'Femi',
  'Grace',
  'Hugo',
  'Iris',
  'Jun',
  'Kofi',
  'Lena',
  'Mateo',
  'Noor',
  'Otto',
];
const LAST_NAMES = [
  'Abara',
  'Baker',
  'Costa',
  'Dietrich',
  'Evans',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ito',
  'Jensen',
  'Kaya',
  'Larsen',
  'Moreau',
];
export const COMPANIES = ['Harbour Dental', 'Pine & Sons', 'Bluebird Logistics', 'Northside Clinic', 'Lumen Interiors', 'Quarry Foods'];
const AREA_CODES = [
  201, 202, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240, 248, 251, 252,
  253, 254,
];
/** The numbers 555-0100 to 555-0199 of each area code are set aside for stories such as this one. */
const LINES = 100;

/** When all of them were entered into the CRM. */
export const MADE_AT = '2025-11-03T16:20:00Z';
/** Contacts with a number of their own, and all records. */
export const PEOPLE = AREA_CODES.length * LINES + LINES;
export const RECORDS = PEOPLE + 3;
export const ALICES_NUMBER = '(415) 555-0123';

/** A contact as the CRM of the story has it; null is blank. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly phone: string | null;
  readonly status: string | null;
  readonly email: string | null;
  readonly doNotCall: boolean;
  /** One of `COMPANIES`, by its place. */
  readonly company: number | null;
}

/** 3,000 contacts, and three more as real accounts have them. All of them are made up. */
export function everybody(): readonly Person[] {
  const nobody = { status: null, email: null, doNotCall: false, company: null } as const;
  return [
    ...Array.from({ length: PEOPLE }, (_, index) => someone(index)),
    { ...nobody, firstName: 'No', lastName: 'Phone', phone: null },
    { ...nobody, firstName: 'Bad', lastName: 'Phone', phone: 'ask reception' },
    { ...nobody, firstName: 'Front', lastName: 'Desk', phone: '(415) 555-0100' }, // somebody else's number
  ];
}

function someone(index: number): Person {
  const areaCode = AREA_CODES[Math.floor(index / LINES)] ?? 415;
  const phone = `(${areaCode}) 555-01${String(index % LINES).padStart(2, '0')}`;
  if (phone === ALICES_NUMBER)
    return { firstName: 'Alice', lastName: 'Smith', phone, status: 'New', email: null, doNotCall: false, company: 0 };
  const firstName = FIRST_NAMES[index % FIRST_NAMES.length] as string;
  const lastName = LAST_NAMES[index % LAST_NAMES.length] as string;
  return {
    firstName,
    lastName,
    phone,
    status: ['New', 'New', 'Working', null][index % 4] as string | null,
    email: `${firstName}.${lastName}.${index}@example.com`.toLowerCase(),
    doNotCall: index % 50 === 0,
    company: index % COMPANIES.length,
  };
}
