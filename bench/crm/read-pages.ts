import type { Fetched } from 'crm-sync-engine';

export type Present = Extract<Fetched, { state: 'present' }>;

export interface CrmPage {
  readonly records: readonly Present[];
  readonly next: number | null;
}

/** As large as a page of Salesforce can be. */
const PAGE = 2_000;

/** Everything in the made-up CRM, a request a page: what the engine's connector reads by, and what is written by hand too. */
export async function* readPages(url: string, total: number, from = 0): AsyncGenerator<CrmPage> {
  for (let after: number | null = from; after !== null; ) {
    const page = (await (await fetch(`${url}/people?total=${total}&after=${after}&limit=${PAGE}`)).json()) as CrmPage;
    yield page;
    after = page.next;
  }
}

export async function post(url: string, body: unknown): Promise<unknown> {
  return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json();
}
