import type { LogForm } from '../../core/forms/log-form.ts';
import { matchOptionNames } from '../../core/forms/match-option-names.ts';
import { normalizePhone } from '../../core/phone/phone.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Row } from '../../ports/store.ts';
import { countCalls } from '../budget.ts';
import { requireCapability } from '../capability.ts';
import type { Context } from '../context.ts';
import { holdersOf } from '../create/look-up.ts';
import { objectsFoundByNumber } from '../identity/look-up-in-crm.ts';
import type { FlowOptions } from '../options.ts';
import { Permit } from '../permit.ts';
import { Session } from '../session.ts';
import { untilAborted } from '../until-aborted.ts';
import { failureOf, type Limits } from './failure.ts';
import type { Match } from './match.ts';
import { linkedRecords, matchesOf, type ObjectFindings, recordsOf } from './matches-of.ts';
import { optionsOfRecords } from './options-of-records.ts';
import { type FoundRecord, recordReader, type Standing } from './record-reader.ts';

export interface LookUpOptions extends Pick<FlowOptions, 'timeLimitMs' | 'signal'> {
  /** The forms that the answer is for: what their fields are tied to comes with each match. */
  readonly forms?: readonly LogForm[];
  /** CRM objects to look in: types of contacts. Default: those of all mappings that find contacts by their number. */
  readonly objects?: readonly string[];
}

/** A phone is ringing: whoever waits longer than that has no use for the answer. */
const TIME_LIMIT_MS = 3_000;
/** So many records of one number are no person: a switchboard, or a placeholder. */
const FOUND_MAX = 50;

/**
 * Everybody whom a number belongs to: one indexed read here, then one search an object in the CRM, and one question for what all of
 * them are tied to. Makes and changes no contact. What goes wrong with the options is told in them; an object that could not be searched is told
 * in every match, and thrown where there is none, for an empty answer would be taken for the truth.
 */
export async function lookUp(
  context: Context,
  number: string,
  { forms = [], objects, timeLimitMs = TIME_LIMIT_MS, signal: caller }: LookUpOptions,
): Promise<readonly Match[]> {
  const names = matchOptionNames(forms, context.connector.capabilities.relatedFields);
  if (names.length > 0) requireCapability(context, 'associations', 'lookUp({ forms })');
  caller?.throwIfAborted();
  const { defaultCountry } = context.options;
  const phone = normalizePhone(number, defaultCountry === undefined ? {} : { defaultCountry });
  if (phone.kind !== 'phone') return [];
  const inTime = AbortSignal.timeout(timeLimitMs); // real time, as those of requests are
  const limits: Limits = { signal: caller === undefined ? inTime : AbortSignal.any([caller, inTime]), caller };
  const session = new Session(context, { signal: limits.signal, interactive: true });
  const rows = await context.store.load({ keys: { entity: 'contact', field: 'phone_number', values: [phone.e164] } });
  const search = new Search(context, session, limits, { number: phone.e164, rows, names });
  try {
    const findings = await search.run([...new Set(objects ?? objectsFoundByNumber(context))]);
    const matches = matchesOf(context, rows, findings, phone.e164);
    const problem = findings.find((one) => one.problem !== null)?.problem ?? null;
    if (matches.length === 0 && problem !== null) throw problem;
    return matches;
  } finally {
    await countCalls(context, session);
  }
}

interface Searched extends ObjectFindings {
  readonly problem: CrmSyncError | null;
}

interface Question {
  /** E.164. */
  readonly number: string;
  /** Contacts that have it here. */
  readonly rows: readonly Row[];
  readonly names: readonly string[];
}

class Search {
  readonly #context: Context;
  readonly #session: Session;
  readonly #limits: Limits;
  readonly #question: Question;

  constructor(context: Context, session: Session, limits: Limits, question: Question) {
    this.#context = context;
    this.#session = session;
    this.#limits = limits;
    this.#question = question;
  }

  async run(objects: readonly string[]): Promise<readonly Searched[]> {
    const refusal = await this.#refusal();
    return Promise.all(objects.map((object) => this.#searchObject(object, refusal)));
  }

  /** Why the CRM can't be asked at all. */
  async #refusal(): Promise<CrmSyncError | null> {
    if (!this.#searches && this.#question.names.length === 0) return null;
    return this.#unlessFailed(async () => {
      const permit = await Permit.ask(this.#context, this.#session, null);
      await permit.checkAccount();
    });
  }

  get #searches(): boolean {
    return this.#context.can.has('find by phone');
  }

  async #searchObject(object: string, refusal: CrmSyncError | null): Promise<Searched> {
    const { number, rows, names } = this.#question;
    const known = rows.flatMap((row) => recordsOf(row, object).map(({ recordId }) => recordId));
    let found: readonly FoundRecord[] = [];
    let standings: ReadonlyMap<string, Standing> = new Map();
    let problem = this.#searches ? refusal : null;
    if (this.#searches && refusal === null)
      problem = await this.#unlessFailed(async () => {
        const reader = await recordReader(this.#context, this.#session, object);
        found = await reader.find(number);
        const ids = new Set(found.map(({ recordId }) => recordId));
        standings = await reader.look([...new Set(known)].filter((id) => !ids.has(id)));
      });
    const shown = found.toSorted(byChange).slice(0, FOUND_MAX);
    const holders = await holdersOf(
      this.#context,
      object,
      shown.map(({ recordId }) => recordId),
    );
    const findings = {
      object,
      found: shown,
      standings,
      holders: present(holders),
      problem: found.length > FOUND_MAX ? tooMany(object) : problem,
    };
    const ids = [
      ...new Set([
        ...rows.flatMap((row) => linkedRecords(row, findings).map(({ recordId }) => recordId)),
        ...shown.map(({ recordId }) => recordId),
      ]),
    ];
    return { ...findings, optionsOf: await optionsOfRecords(this.#context, this.#session, { object, ids, names, refusal }, this.#limits) };
  }

  async #unlessFailed(work: () => Promise<void>): Promise<CrmSyncError | null> {
    try {
      await untilAborted(this.#limits.signal, work());
      return null;
    } catch (error) {
      return failureOf(error, this.#limits);
    }
  }
}

const byChange = (a: FoundRecord, b: FoundRecord): number => ((a.updatedAt ?? '') < (b.updatedAt ?? '') ? 1 : -1);

/** Whoever was removed here is no contact. */
const present = (holders: ReadonlyMap<string, Row>): ReadonlyMap<string, Row> =>
  new Map([...holders].filter(([, row]) => row.removed !== true));

const tooMany = (object: string): CrmSyncError =>
  new CrmSyncError(`More than ${FOUND_MAX} records have this number.`, {
    code: 'too_many_records',
    category: 'configuration',
    remedy: 'Correct the number in the CRM: so many records share it that they are no one person.',
    at: { object },
  });
