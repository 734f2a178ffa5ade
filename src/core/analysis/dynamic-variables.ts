import { CrmSyncError } from '../../errors.ts';
import { isBlank } from '../values/blank.ts';
import { plainDecimal } from '../values/scalars.ts';
import type { Fields } from '../values/value.ts';

export type VoicePlatform = 'retell' | 'vapi' | 'elevenlabs' | 'bland';

/**
 * Variables that each platform sets itself. A `*` at the end stands for any ending. Bland's `phone_number` is not among them: it is
 * the contact's.
 *
 * Source: Retell AI, "Dynamic Variables"; Vapi, "Variables"; ElevenLabs, "Dynamic variables"; Bland, "Dynamic Data".
 */
export const RESERVED_VARIABLES: Readonly<Record<VoicePlatform, readonly string[]>> = {
  retell: [
    'current_time*',
    'current_calendar*',
    'current_agent_state',
    'previous_agent_state',
    'user_number',
    'agent_number',
    'direction',
    'call_id',
    'call_type',
    'chat_id',
    'session_type',
    'session_duration',
  ],
  vapi: ['now', 'date', 'time', 'month', 'day', 'year', 'customer', 'transport'],
  elevenlabs: ['system__*', 'secret__*'],
  bland: ['now', 'now_utc', 'call_id', 'from', 'to', 'short_from', 'short_to', 'country', 'state', 'city', 'zip'],
};

export interface DynamicVariableOptions {
  /** An empty field: left out (default), so that the agent's own default applies, or an empty text. */
  readonly blank?: 'omit' | 'empty';
  /** Put before every name: `contact_` makes `contact_first_name`. */
  readonly prefix?: string;
  /** Whose agents they are for. Default `retell`. */
  readonly platform?: VoicePlatform;
  /** Names that a platform keeps for itself. Default: `RESERVED_VARIABLES` of `platform`. */
  readonly reserved?: readonly string[];
}

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/**
 * A contact's fields as the variables of an agent's prompt. Platforms take texts only: true/false, plain decimal
 * numbers, ISO dates.
 *
 * @throws CrmSyncError `reserved_variable` where a field would hide a variable of the platform, empty or not.
 *
 * @example
 * toDynamicVariables({ fields: { first_name: 'Alice', do_not_call: false, score: 1e-7, email: null } }) //=> { first_name: 'Alice', do_not_call: 'false', score: '0.0000001' }
 * toDynamicVariables({ fields: { direction: 'north' } }, { prefix: 'crm_' }) //=> { crm_direction: 'north' }
 * toDynamicVariables({ fields: { city: 'Rome', email: null } }, { platform: 'vapi', blank: 'empty' }) //=> { city: 'Rome', email: '' }
 */
export function toDynamicVariables(
  contact: { readonly fields: Fields },
  { blank = 'omit', prefix = '', platform = 'retell', reserved = RESERVED_VARIABLES[platform] }: DynamicVariableOptions = {},
): Record<string, string> {
  const entries = Object.entries(contact.fields);
  const hidden = entries.filter(([name]) => reserved.some((pattern) => matches(prefix + name, pattern)));
  if (hidden.length > 0)
    throw new CrmSyncError('Contact fields have the names of variables that the platform sets itself.', {
      code: 'reserved_variable',
      category: 'configuration',
      remedy: 'Give a `prefix` for the variables, or rename the fields.',
      issues: hidden.map(([name]) => ({
        path: ['fields', name],
        code: 'reserved_variable',
        message: `\`${prefix}${name}\` is a variable of the platform`,
        remedy: 'Give a `prefix` for the variables, or rename the field.',
      })),
    });
  const kept = blank === 'omit' ? entries.filter(([, value]) => !isBlank(value)) : entries;
  return Object.fromEntries(
    kept.map(([name, value]) => {
      if (isBlank(value)) return [prefix + name, ''];
      return [prefix + name, typeof value === 'number' ? plainDecimal(value) : String(value)];
    }),
  );
}
