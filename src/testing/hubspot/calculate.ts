import type { Values } from './database.ts';
import { calculatePhone } from './phone.ts';
import type { Portal } from './portal.ts';
import type { ObjectType } from './schema/object-type.ts';

type Calculated = Readonly<Record<string, string>>;

/** What HubSpot works out when it saves: all but phone numbers. */
export function calculate(portal: Portal, type: ObjectType, values: Values): Calculated {
  return RULES[type.name]?.(portal, values) ?? {};
}

const RULES: Readonly<Record<string, (portal: Portal, values: Values) => Calculated>> = {
  contacts: (_, values) => ({
    hs_is_contact: 'true',
    hs_is_unworked: String((values['hubspot_owner_id'] ?? '') === '' || (values['num_notes'] ?? '') === ''),
    ...filled('hs_email_domain', values['email']?.split('@')[1] ?? '', values),
  }),
  deals: ({ pipelines }, values) => {
    const stage = stageOf(pipelines['deals'] ?? [], values['pipeline'], values['dealstage']);
    const closed = stage?.metadata['isClosed'] === 'true';
    const won = closed && Number(stage?.metadata['probability']) === 1;
    return { hs_is_closed: String(closed), hs_is_closed_won: String(won), hs_is_closed_lost: String(closed && !won) };
  },
  calls: (_, values) => filled('hs_body_preview', (values['hs_call_body'] ?? '').replace(/<[^>]*>/g, ' ').trim(), values),
};

/** Phone numbers are worked out on their own, and maybe later. Empty where no phone property is among the changed. */
export function calculatePhones(type: ObjectType, values: Values, changed: readonly string[]): Calculated {
  const all: Record<string, string> = {};
  for (const source of PHONES[type.name] ?? []) {
    if (!changed.includes(source.typed)) continue;
    const { international, searchable, searchableInternational } = calculatePhone(values[source.typed] ?? '');
    Object.assign(all, filled(source.international, international, values), filled(source.searchable, searchable, values));
    if (source.searchableInternational !== null)
      Object.assign(all, filled(source.searchableInternational, searchableInternational, values));
  }
  return all;
}

interface PhoneSource {
  readonly typed: string;
  readonly international: string;
  readonly searchable: string;
  readonly searchableInternational: string | null;
}

const PHONES: Readonly<Record<string, readonly PhoneSource[]>> = {
  contacts: [
    {
      typed: 'phone',
      international: 'hs_calculated_phone_number',
      searchable: 'hs_searchable_calculated_phone_number',
      searchableInternational: 'hs_searchable_calculated_international_phone_number',
    },
    {
      typed: 'mobilephone',
      international: 'hs_calculated_mobile_number',
      searchable: 'hs_searchable_calculated_mobile_number',
      searchableInternational: 'hs_searchable_calculated_international_mobile_number',
    },
  ],
  companies: [
    {
      typed: 'phone',
      international: 'hs_calculated_phone_number',
      searchable: 'hs_searchable_calculated_phone_number',
      searchableInternational: null,
    },
  ],
};

/** A value that may be blank: set where there is one, cleared where there was one. */
const filled = (name: string, value: string, values: Values): Calculated => (value !== '' || name in values ? { [name]: value } : {});

function stageOf<S extends { readonly id: string }>(
  pipelines: readonly { readonly id: string; readonly stages: readonly S[] }[],
  pipeline: string | undefined,
  stage: string | undefined,
): S | undefined {
  return pipelines.find(({ id }) => id === pipeline)?.stages.find(({ id }) => id === stage);
}
