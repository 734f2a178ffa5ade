import type { PhoneCall } from './phone-call.ts';

const OUR_NUMBER = '+14155550199';
/** What Alice said on Monday. */
export const FIRST_CALL: PhoneCall = {
  id: 'call_7d21c0',
  from: '+14155550123',
  to: OUR_NUMBER,
  startedAt: '2026-01-05T10:05:00Z',
  seconds: 184,
  summary: 'Alice asked what the plans cost and said that she is comparing three vendors.',
  turns: [
    'Hello Alice, how can I help you?',
    'What do your plans cost? I am comparing three vendors.',
    'I will send you our prices.',
    'Thank you.',
  ],
  found: { customer_notes: 'Asked about prices; compares three vendors.' },
};

/** And on Wednesday. */
export const SECOND_CALL: PhoneCall = {
  id: 'call_a94f3e',
  from: '+14155550123',
  to: OUR_NUMBER,
  startedAt: '2026-01-07T15:30:00Z',
  seconds: 125.4,
  summary: 'Alice wants to see the enterprise plan in a demo next week and gave her email address.',
  turns: [
    'Hello Alice, good to hear from Harbour Dental again.',
    'I am interested in the enterprise plan. Could I see a demo next week?',
    'With pleasure. Where may I send the invitation?',
    'To alice@example.com.',
  ],
  found: {
    lead_qualification_status: 'Qualified',
    customer_notes: 'Interested in enterprise plan, wants demo next week',
    email: 'alice@example.com',
  },
};

/** And what she writes on Thursday. */
export const MESSAGES = [
  { at: '2026-01-08T11:00:00Z', from: '+14155550123', to: OUR_NUMBER, text: 'Can we have the demo on Tuesday?' },
  { at: '2026-01-08T11:02:00Z', from: '+14155550123', to: OUR_NUMBER, text: 'At ten, if that suits you.' },
] as const;
