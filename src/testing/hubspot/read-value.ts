import type { Values } from './database.ts';
import { dayText, instantText, isMidnight, readDay, readInstant, readMillis } from './instant.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from './schema/object-type.ts';
import { isMultiple, type Property } from './schema/property.ts';

/** A value that HubSpot changed into its own form. From 2026-09 on. */
export interface Warning {
  readonly category: 'PROPERTY_VALUE_NORMALIZED';
  readonly message: string;
  readonly context: Readonly<Record<string, string>>;
}

export type ReadValue =
  | { readonly ok: true; readonly value: string; readonly warning?: Warning }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface ReadContext {
  readonly portal: Portal;
  readonly type: ObjectType;
  /** Values of the record before this write. */
  readonly before: Values;
  /** Values of the same write, for stages that go with a pipeline. */
  readonly given: Readonly<Record<string, string>>;
  /** Dates may come in other forms and are normalised: from 2026-09 on. */
  readonly lenient: boolean;
}

/** Longest text. Source: HubSpot developer docs, "Properties". */
const TEXT_MAX = 65_536;

/** Reads a sent value; the empty text clears any property. Source: HubSpot developer docs, "Properties". */
export function readValue(property: Property, raw: string, context: ReadContext): ReadValue {
  if (raw === '') return ok('');
  switch (property.type) {
    case 'number':
      return /^-?(\d+\.?\d*|\.\d+)$/.test(raw) ? ok(raw) : refused('INVALID_INTEGER', `${raw} was not a valid number`);
    case 'bool':
      return raw === 'true' || raw === 'false' ? ok(raw) : notAnOption(property, raw);
    case 'enumeration':
      return readOptions(property, raw, context);
    case 'date':
      return readDate(property, raw, context.lenient);
    case 'datetime':
      return readDatetime(property, raw, context.lenient);
    case 'string':
    case 'phone_number':
      return readText(property, raw);
  }
}

const ok = (value: string): ReadValue => ({ ok: true, value });
const refused = (code: string, message: string): ReadValue => ({ ok: false, code, message });

function readText({ name }: Property, raw: string): ReadValue {
  if (raw.length > TEXT_MAX) return refused('VALUE_TOO_LONG', `${name} was too long: at most ${TEXT_MAX} characters are allowed`);
  if (name === 'email')
    return /^[^\s@;]+@[^\s@;]+\.[^\s@;.]+$/.test(raw) ? ok(raw.toLowerCase()) : refused('INVALID_EMAIL', `Email address ${raw} is invalid`);
  if (name === 'hs_call_recording_url' && !isHttps(raw)) return refused('INVALID_URL', `${raw} is no https URL`);
  return ok(raw);
}

function readOptions(property: Property, raw: string, { portal, type, before, given }: ReadContext): ReadValue {
  if (property.external === 'owners') {
    const owner = portal.owners.get(raw);
    return owner !== undefined && !owner.archived ? ok(raw) : refused('INVALID_OWNER_ID', `Owner with id ${raw} does not exist`);
  }
  if (property.external === 'pipelines')
    return (portal.pipelines[type.name] ?? []).some(({ id }) => id === raw) ? ok(raw) : notAnOption(property, raw);
  if (property.external === 'stages') {
    const chosen =
      given[type.name === 'tickets' ? 'hs_pipeline' : 'pipeline'] ?? before[type.name === 'tickets' ? 'hs_pipeline' : 'pipeline'];
    const pipeline = (portal.pipelines[type.name] ?? []).find(({ id }) => id === chosen);
    const stages = pipeline === undefined ? (portal.pipelines[type.name] ?? []).flatMap(({ stages }) => stages) : pipeline.stages;
    return stages.some(({ id }) => id === raw) ? ok(raw) : notAnOption(property, raw);
  }
  if (!isMultiple(property)) return isOption(property, raw) ? ok(raw) : notAnOption(property, raw);
  const appends = raw.startsWith(';');
  const chosen = (appends ? raw.slice(1) : raw).split(';').filter((value) => value !== '');
  const wrong = chosen.find((value) => property.options.length > 0 && !isOption(property, value));
  if (wrong !== undefined) return notAnOption(property, wrong);
  const kept = appends ? (before[property.name] ?? '').split(';').filter((value) => value !== '') : [];
  return ok([...new Set([...kept, ...chosen])].join(';'));
}

const isOption = ({ options }: Property, value: string): boolean => options.some((option) => option.value === value);

function notAnOption({ options }: Property, raw: string): ReadValue {
  const listed = options.map(
    ({ label, value, displayOrder, hidden }) =>
      `label: "${label}"\nvalue: "${value}"\ndisplay_order: ${displayOrder}\nhidden: ${hidden}\nread_only: false\n`,
  );
  return refused('INVALID_OPTION', `${raw} was not one of the allowed options: [${listed.join(', ')}]`);
}

function readDate({ name }: Property, raw: string, lenient: boolean): ReadValue {
  if (readDay(raw) !== null) return ok(raw);
  const millis = readMillis(raw);
  if (millis !== null && isMidnight(millis) && !(lenient && isSeconds(raw))) return ok(dayText(millis));
  const at = lenient ? (millis === null ? readInstant(raw) : isSeconds(raw) ? millis * 1000 : millis) : null;
  if (at === null) return refused('INVALID_DATE', `${raw} was not a valid date: it must be YYYY-MM-DD or midnight UTC in milliseconds`);
  const day = dayText(at);
  return { ok: true, value: day, warning: normalized(name, raw, String(readDay(day))) };
}

function readDatetime({ name, readsMillis }: Property, raw: string, lenient: boolean): ReadValue {
  const show = (at: number): string => (readsMillis ? String(at) : instantText(at));
  const millis = readMillis(raw);
  if (lenient && millis !== null && isSeconds(raw)) {
    const at = millis * 1000;
    return { ok: true, value: show(at), warning: normalized(name, raw, String(at)) };
  }
  const at = millis ?? readInstant(raw);
  if (at !== null) return ok(show(at));
  const day = lenient ? readDay(raw) : null;
  if (day === null) return refused('INVALID_DATE', `${raw} was not a valid datetime: it must be ISO 8601 or milliseconds`);
  return { ok: true, value: show(day), warning: normalized(name, raw, String(day)) };
}

/** Nobody means 1970: up to ten digits are seconds. */
const isSeconds = (raw: string): boolean => /^[1-9]\d{8,9}$/.test(raw);

const normalized = (propertyName: string, rawValue: string, normalizedValue: string): Warning => ({
  category: 'PROPERTY_VALUE_NORMALIZED',
  message: `${propertyName} was normalized`,
  context: { normalizedValue, propertyName, rawValue },
});

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:';
}
