import { describe, expect, it } from 'vitest';
import { RESERVED_VARIABLES, toDynamicVariables, type VoicePlatform } from '../../../../src/core/analysis/dynamic-variables.ts';
import { CrmSyncError } from '../../../../src/errors.ts';

const fields = {
  first_name: 'Alice',
  do_not_call: false,
  vip: true,
  score: 0,
  tiny: 1e-7,
  big: 9007199254740991,
  since: '2025-03-15',
  seen_at: '2025-03-15T10:30:00.000Z',
  email: null,
  notes: ' ',
};
const texts = {
  first_name: 'Alice',
  do_not_call: 'false',
  vip: 'true',
  score: '0',
  tiny: '0.0000001',
  big: '9007199254740991',
  since: '2025-03-15',
  seen_at: '2025-03-15T10:30:00.000Z',
};

it('every value is text; empty fields are left out, so that the default of the agent applies', () => {
  expect(toDynamicVariables({ fields })).toEqual(texts);
});

it('empty fields become empty text where that is asked for', () => {
  expect(toDynamicVariables({ fields }, { blank: 'empty' })).toEqual({ ...texts, email: '', notes: '' });
});

describe('names that the platform sets itself', () => {
  it('are an error of the configuration, which names the variable and what to do', () => {
    const make = () => toDynamicVariables({ fields: { time: null, direction: 'north' } }, { prefix: 'current_' });
    expect(make).toThrow(
      expect.objectContaining({
        category: 'configuration',
        message: expect.stringContaining('variables that the platform sets itself'),
        remedy: expect.stringContaining('prefix'),
        issues: [
          {
            path: ['fields', 'time'],
            code: 'reserved_variable',
            message: '`current_time` is a variable of the platform',
            remedy: expect.stringContaining('prefix'),
          },
        ],
      }),
    );
  });
  const refused = (name: string, options = {}): unknown => {
    try {
      return toDynamicVariables({ fields: { [name]: null } }, options);
    } catch (error) {
      return error instanceof CrmSyncError ? [error.code, error.issues.map(({ path }) => path.join('.'))] : error;
    }
  };
  const platforms = Object.keys(RESERVED_VARIABLES) as VoicePlatform[];
  const names = platforms.flatMap((platform) => RESERVED_VARIABLES[platform].map((name) => [platform, name.replace('*', 'x')] as const));
  it.each(names)('of %s: %s is refused, even while the field is empty', (platform, name) => {
    expect(refused(name, { platform })).toEqual(['reserved_variable', [`fields.${name}`]]);
    expect(refused(name, { platform, prefix: 'crm_' })).toEqual({});
  });
  it('are those of Retell where no platform is named', () => {
    expect(refused('call_id')).toEqual(['reserved_variable', ['fields.call_id']]);
    expect(refused('city')).toEqual({});
    expect(refused('city', { platform: 'bland' })).toEqual(['reserved_variable', ['fields.city']]);
  });
  it.each(platforms)('of %s are none of the fields that every contact has', (platform) => {
    const builtIn = { phone_number: '+14155550123', first_name: 'Alice', last_name: 'Smith', do_not_call: false };
    expect(toDynamicVariables({ fields: builtIn }, { platform })).toEqual({ ...builtIn, do_not_call: 'false' });
  });
  it.each(['current_time_America/New_York', 'current_calendar_utc'])('%s is refused by its beginning', (name) =>
    expect(refused(name)).toEqual(['reserved_variable', [`fields.${name}`]]),
  );
  it.each(['direction_of_travel', 'my_call_id', 'current'])('%s is free', (name) => expect(refused(name)).toEqual({}));
  it('a prefix that makes a reserved name is refused too', () =>
    expect(refused('time', { prefix: 'current_' })).toEqual(['reserved_variable', ['fields.time']]));
  it('another platform has other names', () => {
    expect(refused('direction', { reserved: ['session*'] })).toEqual({});
    expect(refused('session_id', { reserved: ['session*'] })).toEqual(['reserved_variable', ['fields.session_id']]);
  });
});
