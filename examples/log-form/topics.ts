import type { LogOption } from 'crm-sync-engine';

const TOPICS: readonly LogOption[] = [
  { const: 'contract', title: 'Contract' },
  { const: 'invoice', title: 'Invoice' },
  { const: 'product', title: 'Product' },
];

/** A list that the host has elsewhere. It is away at the first attempt, so that you see what becomes of the form. */
export function topics(): () => Promise<readonly LogOption[]> {
  let attempts = 0;
  return () => {
    attempts += 1;
    return attempts === 1 ? Promise.reject(new Error('The list of topics is away.')) : Promise.resolve(TOPICS);
  };
}
