import type { Clock } from 'crm-sync-engine';
import { fakeSalesforce } from 'crm-sync-engine/testing';

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
const COMPANIES = ['Harbour Dental', 'Pine & Sons', 'Bluebird Logistics', 'Northside Clinic', 'Lumen Interiors', 'Quarry Foods'];
const AREA_CODES = [
  201, 202, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234, 239, 240, 248, 251, 252,
  253, 254,
];
/** The numbers 555-0100 to 555-0199 of each area code are set aside for stories such as this one. */
const LINES = 100;
const MADE_AT = '2025-11-03T16:20:00Z';

/** Contacts with a number of their own, and all records. */
export const PEOPLE = AREA_CODES.length * LINES + LINES;
export const RECORDS = PEOPLE + 3;

/** A Salesforce org with 3,000 contacts, and three more as real orgs have them. All of it is made up. */
export function createOrg(clock: Clock) {
  const crm = fakeSalesforce({
    clock,
    fields: {
      Contact: {
        Lead_Status__c: { type: 'picklist', options: ['New', 'Working', 'Qualified', 'Customer'], restricted: true },
        Notes__c: { type: 'textarea', length: 32_000 },
      },
    },
  });
  const add = (object: string, fields: Readonly<Record<string, unknown>>) => crm.add(object, fields, { stampedAt: MADE_AT });
  const accounts = COMPANIES.map((Name) => add('Account', { Name }).id);
  let alice = '';
  for (let person = 0; person < PEOPLE; person += 1) {
    const areaCode = AREA_CODES[Math.floor(person / LINES)] ?? 415;
    const Phone = `(${areaCode}) 555-01${String(person % LINES).padStart(2, '0')}`;
    if (Phone === '(415) 555-0123') alice = add('Contact', { ...ALICE, Phone, AccountId: accounts[0] }).id;
    else add('Contact', { ...someone(person), Phone, AccountId: accounts[person % accounts.length] });
  }
  add('Contact', { FirstName: 'No', LastName: 'Phone' });
  add('Contact', { FirstName: 'Bad', LastName: 'Phone', Phone: 'ask reception' });
  add('Contact', { FirstName: 'Front', LastName: 'Desk', Phone: '(415) 555-0100' }); // somebody else's number
  return { crm, aliceId: alice };
}

const ALICE = { FirstName: 'Alice', LastName: 'Smith', Lead_Status__c: 'New', DoNotCall: false };

const someone = (person: number) => {
  const FirstName = FIRST_NAMES[person % FIRST_NAMES.length] as string;
  const LastName = LAST_NAMES[person % LAST_NAMES.length] as string;
  const Lead_Status__c = ['New', 'New', 'Working', null][person % 4];
  return {
    FirstName,
    LastName,
    Lead_Status__c,
    Email: `${FirstName}.${LastName}.${person}@example.com`.toLowerCase(),
    DoNotCall: person % 50 === 0,
  };
};
