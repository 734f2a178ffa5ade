import type { OptionLoader } from 'crm-sync-engine';

const PRODUCTS = ['Pump', 'Valve', 'Filter', 'Motor', 'Sensor', 'Hose'].flatMap((name) =>
  Array.from({ length: 50 }, (_, index) => ({
    const: `${name.charAt(0)}-${100 + index}`,
    title: `${name} ${name.charAt(0)}-${100 + index}`,
  })),
);

/**
 * A catalogue that the host has elsewhere: too long to show whole, so that it gives pages, and searches. It is away at the first
 * attempt: you see what becomes of the form.
 */
export function productLoader(): OptionLoader {
  let attempts = 0;
  return ({ search, after, limit, include }) => {
    attempts += 1;
    if (attempts === 1) return Promise.reject(new Error('The catalogue is away.'));
    const found = PRODUCTS.filter(({ title }) => title.toLowerCase().includes((search ?? '').toLowerCase()));
    const from = Number(after ?? 0);
    const page = found.slice(from, from + limit);
    const kept = PRODUCTS.filter((product) => include.includes(product.const) && !page.includes(product));
    return Promise.resolve({ options: [...kept, ...page], ...(from + limit < found.length && { next: String(from + limit) }) });
  };
}
