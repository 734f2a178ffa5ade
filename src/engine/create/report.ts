import type { RunError } from '../../core/runs/run.ts';
import type { RefusedField } from '../../core/sync/plan-types.ts';
import type { Context } from '../context.ts';
import type { RunRecorder } from '../run-recorder.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly field?: string | undefined;
}

/** Counts and tells what became of contacts without a record, each once. */
export class CreateReport {
  readonly #context: Context;
  readonly #run: RunRecorder;
  readonly #object: string;

  constructor(context: Context, run: RunRecorder, object: string) {
    this.#context = context;
    this.#run = run;
    this.#object = object;
  }

  created(contactId: string, recordId: string, fields: readonly string[]): void {
    this.#run.count('created');
    const place = { object: this.#object, recordId, contactId };
    this.#context.notify({ type: 'record.written', ...place, fields });
    this.#context.notify({ type: 'link.changed', ...place, state: 'active' });
  }

  /** The record was there already: the contact has it from now on. */
  linked(contactId: string, recordId: string): void {
    this.#run.count('updated');
    this.#context.notify({ type: 'link.changed', object: this.#object, recordId, contactId, state: 'active' });
  }

  skipped(reason: string): void {
    this.#run.skip(reason);
  }

  failed(contactId: string, failure: Failure): void {
    this.#run.failed(this.#told(contactId, failure));
  }

  /** Found out here and at no cost, with every push again: however many there are, they do not stop the others (R13). */
  refused(contactId: string, failure: Failure): void {
    this.#run.error(this.#told(contactId, failure));
  }

  #told(contactId: string, { code, message, remedy, field }: Failure): RunError {
    this.#run.count('failed');
    const error = { code, remedy };
    this.#context.notify({ type: 'record.failed', run: this.#run.source.run ?? null, object: this.#object, recordId: '', error });
    return { object: this.#object, contactId, ...(field !== undefined && { field }), code, message, remedy };
  }

  /** Fields that the CRM can't take: the record is made without them. */
  withoutFields(refused: readonly RefusedField[]): void {
    for (const { contactId, field, crm, code, message, remedy } of refused) {
      this.#run.error({
        object: this.#object,
        ...(contactId !== null && { contactId }),
        field,
        code,
        message: `${crm}: ${message}`,
        remedy,
      });
      this.#context.notify({ type: 'field.refused', object: this.#object, recordId: null, contactId, field, error: { code, remedy } });
    }
  }

  truncated(fields: readonly string[]): void {
    for (const crm of fields)
      this.#run.note({
        code: 'truncated',
        object: this.#object,
        message: `${crm}: text was cut to the CRM's length, as the mapping asks.`,
      });
  }
}
