import Papa from 'papaparse';
import type { FakeSalesforce } from '../../../src/testing/salesforce/fake-salesforce.ts';
import type { ApiAnswer } from './api.ts';

type Row = Readonly<Record<string, string>>;

/** Calls the Bulk API of the fake as a connected client. */
export function bulkOf(crm: FakeSalesforce, version = '66.0') {
  const call = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> => {
    const { accessToken } = await crm.options.auth.token({} as never);
    const isText = typeof body === 'string';
    const response = await crm.fetch(`${crm.instanceUrl}/services/data/v${version}/jobs/${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': isText ? 'text/csv' : 'application/json', ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: response.headers };
  };
  const rowsOf = ({ body }: ApiAnswer): readonly Row[] => Papa.parse<Row>(body, { header: true, skipEmptyLines: true }).data;
  return {
    call,
    rowsOf,
    /** Makes a job, uploads and closes it. */
    async load(job: Readonly<Record<string, unknown>>, csv: string): Promise<string> {
      const { body } = await call('POST', 'ingest', { contentType: 'CSV', lineEnding: 'LF', ...job });
      await call('PUT', `ingest/${body.id}/batches`, csv);
      await call('PATCH', `ingest/${body.id}`, { state: 'UploadComplete' });
      return body.id;
    },
    results: async (id: string, which: 'successfulResults' | 'failedResults' | 'unprocessedrecords') =>
      rowsOf(await call('GET', `ingest/${id}/${which}`)),
    state: async (kind: 'ingest' | 'query', id: string): Promise<string> => (await call('GET', `${kind}/${id}`)).body.state,
    async ask(query: string, operation = 'query'): Promise<ApiAnswer> {
      return call('POST', 'query', { operation, query });
    },
  };
}
