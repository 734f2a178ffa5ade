import { describe, expect, it } from 'vitest';
import type { Write } from '../../src/ports/connector.ts';
import { broken, connect, contacts, found, json, limited, NOW, refused, row, rows, type Script } from './scripted.ts';

let operations = 0;
const operation = () => {
  operations += 1;
  return `op-${operations}`;
};
const update = (id: string, values: Write['values'] = { firstname: 'Ann' }): Write => ({ op: operation(), object: 'contacts', id, values });
const create = (values: Write['values'] = { firstname: 'Ann' }, more: Partial<Write> = {}): Write => ({
  op: operation(),
  object: 'contacts',
  id: null,
  values,
  ...more,
});
const partial = (results: object[], errors: object[]) => json({ status: 'COMPLETE', results, numErrors: errors.length, errors }, 207);
const listed = (...problems: { error: string; name: string }[]) => `Property values were not valid: ${JSON.stringify(problems)}`;
/** The answer of a batch that took everything. */
const taken = (batch: readonly Write[], status = 200) =>
  json(
    {
      status: 'COMPLETE',
      results: batch.map(({ id, op }, index) => ({ ...row(id ?? String(900 + index)), objectWriteTraceId: op })).reverse(),
    },
    status,
  );
/** A connector that has described contacts. */
async function described(...script: Script) {
  const opened = connect({}, contacts(), ...script);
  await opened.connector.describe('contacts', opened.call);
  return opened;
}

describe('a batch', () => {
  it('is one request; what goes is text, blank clears, and what came back is read by its types', async () => {
    const batch = [update('101', { firstname: null, score: 12.5, vip: false }), update('102')];
    const answer = rows(
      row('102', { firstname: 'Ann' }),
      row('101', { firstname: '', score: '12.5', vip: 'false', phone: '+14155550100' }, NOW + 1),
    );
    const { connector, seen, call } = await described(answer);
    expect(await connector.write(batch, call)).toEqual([
      {
        outcome: 'done',
        id: '101',
        created: false,
        values: { firstname: null, score: 12.5, vip: false },
        modifiedAt: new Date(NOW + 1).toISOString(),
      },
      { outcome: 'done', id: '102', created: false, values: { firstname: 'Ann' }, modifiedAt: new Date(NOW).toISOString() },
    ]);
    expect(seen[1]).toMatchObject({
      method: 'POST',
      path: '/crm/objects/2026-09/contacts/batch/update',
      json: {
        inputs: [
          { id: '101', objectWriteTraceId: batch[0]!.op, properties: { firstname: '', score: '12.5', vip: 'false' } },
          { id: '102', objectWriteTraceId: batch[1]!.op, properties: { firstname: 'Ann' } },
        ],
      },
    });
  });
  it('of nothing costs nothing', async () => {
    const { connector, seen, call } = connect({});
    expect(await connector.write([], call)).toEqual([]);
    expect(seen).toEqual([]);
  });
  it('is one request also before anything was described; then the answer tells no values', async () => {
    const { connector, seen, call } = connect({}, rows(row('101', { firstname: 'Ann' })));
    expect(await connector.write([update('101')], call)).toMatchObject([{ outcome: 'done', values: {} }]);
    expect(seen).toHaveLength(1);
  });
  it('refuses single records by operation id, with the property at fault and a remedy', async () => {
    const batch = [
      create(),
      create({ email: 'a@example.com', hs_lead_status: 'X' }),
      create({ firstname: 'Ann', missing: 'x' }),
      create({ firstname: 'Bea' }),
    ];
    const errors = [
      {
        category: 'VALIDATION_ERROR',
        message: listed({ error: 'INVALID_OPTION', name: 'hs_lead_status' }),
        context: { objectWriteTraceId: [batch[1]!.op] },
      },
      {
        category: 'VALIDATION_ERROR',
        message: listed({ error: 'PROPERTY_DOESNT_EXIST', name: 'missing' }),
        context: { objectWriteTraceId: [batch[2]!.op] },
      },
    ];
    const results = [batch[3]!, batch[0]!].map(({ op }, index) => ({ ...row(String(901 + index)), objectWriteTraceId: op }));
    const { connector, call } = await described(partial(results, errors));
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'done', id: '902', created: true },
      {
        outcome: 'refused',
        code: 'unknown_option',
        field: 'hs_lead_status',
        retryable: false,
        remedy: expect.stringContaining('hs_lead_status'),
      },
      { outcome: 'refused', code: 'field_not_visible', field: 'missing' },
      { outcome: 'done', id: '901', created: true },
    ]);
  });
  it('names the property that the portal requires', async () => {
    const [one] = [create()];
    const error = {
      category: 'VALIDATION_ERROR',
      message: 'x',
      errors: [{ code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['lastname'] } }],
      context: { objectWriteTraceId: [one.op] },
    };
    const { connector, call } = await described(partial([], [error]));
    expect(await connector.write([one], call)).toMatchObject([
      { outcome: 'refused', code: 'required_field_missing', field: 'lastname', remedy: expect.stringContaining('`lastname`') },
    ]);
  });
  it('leads an answer that names no operation back by id, by key, by values, and else does not know', async () => {
    const creates = [
      create({ firstname: 'Ann', email: 'a@example.com' }),
      create({ firstname: 'Bea' }),
      create({ firstname: 'Bea' }),
      create({ firstname: 'Cy' }),
    ];
    const results = [
      row('903', { firstname: 'Bea' }),
      row('901', { firstname: 'Ann', email: 'a@example.com' }),
      row('902', { firstname: 'Bea' }),
      row('904', { firstname: null }),
      row('905', { firstname: 'Dot' }),
    ];
    const { connector, call } = await described(json({ status: 'COMPLETE', results }, 201));
    expect(await connector.write(creates, call)).toMatchObject([
      { outcome: 'done', id: '901' },
      { outcome: 'done', id: '903' },
      { outcome: 'done', id: '902' },
      { outcome: 'unknown', code: 'no_result' },
    ]);
  });
});

describe('a new record that lacks what HubSpot requires', () => {
  const missing = (object: string, values: Write['values']): Write => ({ op: operation(), object, id: null, values });
  it.each([
    ['contacts', { phone: '+14155550123', firstname: '' }, undefined, 'email, firstname, lastname'],
    ['companies', { phone: '+14155550123', name: null }, undefined, 'name, domain'],
    ['deals', { dealname: 'Big', pipeline: 'default' }, 'dealstage', '`dealstage`'],
    ['tickets', { hs_pipeline: '0', hs_pipeline_stage: '1' }, 'subject', '`subject`'],
    ['calls', { hs_call_title: 'Call' }, 'hs_timestamp', '`hs_timestamp`'],
  ])('of %s is refused before anything is sent', async (object, values, field, named) => {
    const { connector, seen, call } = connect({});
    const [wrote] = await connector.write([missing(object, values)], call);
    expect(wrote).toMatchObject({
      outcome: 'refused',
      code: 'required_field_missing',
      retryable: false,
      remedy: expect.stringContaining(named),
    });
    expect((wrote as { readonly field?: string }).field).toBe(field);
    expect(seen).toEqual([]);
  });
  it('does not hold up the others', async () => {
    const batch = [create({ phone: '1' }), create({ email: 'ann@example.com' }), create({ phone: '2' })];
    const { connector, seen, call } = await described(() => taken([batch[1]!], 201));
    expect(await connector.write(batch, call)).toMatchObject([{ outcome: 'refused' }, { outcome: 'done' }, { outcome: 'refused' }]);
    expect(seen[1]!.json.inputs).toHaveLength(1);
  });
  it('may be an update of one that is there, where it is an upsert', async () => {
    const upsert = create({ score: 1 }, { uniqueKey: { field: 'buyer_key', value: 'K1' } });
    const { connector, call } = await described(rows({ ...row('901', { buyer_key: 'K1' }), new: false }));
    expect(await connector.write([upsert], call)).toMatchObject([{ outcome: 'done', created: false }]);
  });
});

describe('a value that HubSpot takes in another form', () => {
  it('is done, and what it keeps now is what came back', async () => {
    const warning = {
      category: 'PROPERTY_VALUE_NORMALIZED',
      message: 'firstname was normalized',
      context: { propertyName: 'firstname', rawValue: 'ann', normalizedValue: 'Ann' },
    };
    const answer = json({
      status: 'COMPLETE',
      results: [{ ...row('101', { firstname: 'Ann' }), warnings: [warning] }],
      warnings: [warning, 7],
    });
    const { connector, call } = await described(answer);
    expect(await connector.write([update('101', { firstname: 'ann' })], call)).toMatchObject([
      { outcome: 'done', id: '101', values: { firstname: 'Ann' } },
    ]);
  });
});

describe('a duplicate', () => {
  const exists = { status: 'error', message: 'Contact already exists. Existing ID: 37765128953', category: 'CONFLICT' };
  it('in a batch names the record that is there', async () => {
    const batch = [create({ email: 'ann@example.com' }), create()];
    const error = { ...exists, context: { objectWriteTraceId: [batch[0]!.op] } };
    const { connector, call } = await described(partial([{ ...row('901'), objectWriteTraceId: batch[1]!.op }], [error]));
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'refused', code: 'duplicate', existing: '37765128953', retryable: false },
      { outcome: 'done', id: '901' },
    ]);
  });
  it('that fails the whole request is singled out by halves, and the others are written', async () => {
    const batch = [create(), create({ email: 'ann@example.com' }), create({ firstname: 'Bea' })];
    const { connector, call, left } = await described(
      json(exists, 409),
      json(exists, 409),
      () => taken([batch[0]!], 201),
      json(exists, 409),
      () => taken([batch[2]!], 201),
    );
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'duplicate', existing: '37765128953' },
      { outcome: 'done' },
    ]);
    expect(left).toEqual([]);
  });
});

describe('a property that fails the whole request', () => {
  const failed = (code: string, name: string) =>
    json({ category: 'VALIDATION_ERROR', message: 'x', errors: [{ message: 'x', code, context: { propertyName: [name] } }] }, 400);
  it('because it is missing is no fault of the record that has it', async () => {
    const batch = [create({ firstname: 'Ann', score: 1 }), create({ firstname: 'Bea' })];
    const missing = () => failed('MISSING_REQUIRED_PROPERTY', 'score');
    const { connector, call } = await described(missing(), () => taken([batch[0]!], 201), missing());
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'required_field_missing', field: 'score', retryable: false },
    ]);
  });
  it('because of a value is no fault of a record with another value', async () => {
    const batch = [update('101', { hs_lead_status: 'NEW' }), update('102', { hs_lead_status: 'X' }), update('103')];
    const wrong = () => failed('INVALID_OPTION', 'hs_lead_status');
    const { connector, call } = await described(
      wrong(),
      wrong(),
      () => taken([batch[0]!]),
      wrong(),
      () => taken([batch[2]!]),
    );
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'unknown_option', field: 'hs_lead_status', retryable: false },
      { outcome: 'done' },
    ]);
  });
  it('whatever its value is the fault of each record that holds it', async () => {
    const batch = [update('101', { gone: 1 }), update('102'), update('103', { gone: 2 })];
    const { connector, call, left } = await described(failed('PROPERTY_DOESNT_EXIST', 'gone'), () => taken([batch[1]!]));
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'refused', code: 'field_not_visible', field: 'gone' },
      { outcome: 'done' },
      { outcome: 'refused', code: 'field_not_visible', field: 'gone' },
    ]);
    expect(left).toEqual([]);
  });
});

describe('an update of a record that HubSpot no longer finds', () => {
  const lost = { category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids: ['101'] } };
  it('is gone where it was archived', async () => {
    const { connector, call } = await described(partial([row('102')], [lost]), rows(), rows({ ...row('101'), archived: true }));
    expect(await connector.write([update('101'), update('102')], call)).toMatchObject([{ outcome: 'gone' }, { outcome: 'done' }]);
  });
  it('is gone where it was merged, also when it was left out without a word', async () => {
    const { connector, call } = await described(rows(), rows(row('301', { hs_merged_object_ids: '101' })));
    expect(await connector.write([update('101')], call)).toEqual([{ outcome: 'gone', successor: '301' }]);
  });
  it('is refused without evidence, and a look-up that fails changes nothing of the others', async () => {
    const { connector, call } = await described(partial([row('102')], [lost]), rows(), rows(), found());
    expect(await connector.write([update('101'), update('102')], call)).toMatchObject([
      { outcome: 'refused', code: 'not_found' },
      { outcome: 'done' },
    ]);
    const failing = await described(partial([row('102')], [lost]), ...Array.from({ length: 3 }, () => json('', 503)));
    expect(await failing.connector.write([update('101'), update('102')], failing.call)).toMatchObject([
      { outcome: 'refused', code: 'not_found' },
      { outcome: 'done' },
    ]);
  });
});

describe('what became of a request', () => {
  it.each([
    ['nothing reached HubSpot', () => broken('ECONNREFUSED'), 'not_sent', 'ECONNREFUSED'],
    ['the connection broke', () => broken('ECONNRESET'), 'unknown', 'ECONNRESET'],
    ['the answer was cut', () => new Response('{"results":[', { status: 200 }), 'unknown', 'broken_answer'],
    ['HubSpot failed inside', () => refused(500), 'unknown', 'http_500'],
    ['a gateway gave up', () => new Response('<html>', { status: 504 }), 'unknown', 'http_504'],
  ])('%s', async (_, answer, outcome, code) => {
    const { connector, seen, call } = await described(answer);
    expect(await connector.write([update('101'), update('102')], call)).toMatchObject([
      { outcome, code },
      { outcome, code },
    ]);
    expect(seen).toHaveLength(2);
  });
  it.each([
    ['a missing scope', refused(403, 'MISSING_SCOPES'), 'permission'],
    ['an expired day', limited('DAILY'), 'rate_limit'],
    ['a wrong path', refused(404), 'not_found'],
  ])('%s is thrown: nothing was written', async (_, answer, category) => {
    const { connector, call } = await described(answer);
    await expect(connector.write([update('101')], call)).rejects.toMatchObject({ category });
  });
  it.each([
    ['a limit', limited('TEN_SECONDLY_ROLLING'), 10_000],
    ['a lock', refused(423), 2_000],
  ])('after %s, which proves that nothing was written, the same request is sent again', async (_, answer, wait) => {
    const { connector, clock, seen, call } = await described(answer, rows(row('101')));
    expect(await connector.write([update('101')], call)).toMatchObject([{ outcome: 'done' }]);
    expect(clock.waits).toEqual([wait]);
    expect(seen[2]!.text).toBe(seen[1]!.text);
  });
  it.each([
    ['a limit', limited('TEN_SECONDLY_ROLLING')],
    ['a lock', refused(423)],
    ['an access token that was no longer good', json({ category: 'EXPIRED_AUTHENTICATION', message: 'x' }, 401)],
  ])('after %s, the same request is not sent again once its `notAfter` has passed', async (_, answer) => {
    const { connector, clock, left, call } = await described(() => {
      clock.advance(9_500);
      return answer;
    });
    const late = { ...call, notAfter: call.now() + 9_000 };
    expect(await connector.write([update('101')], late)).toMatchObject([{ outcome: 'not_sent', code: 'too_late' }]);
    expect(left).toEqual([]);
  });
  it('a lock that lasts refuses the batch, to be written later', async () => {
    const { connector, left, call } = await described(refused(423), json('', 423), refused(423));
    expect(await connector.write([update('101'), update('102')], call)).toMatchObject([
      { outcome: 'refused', code: 'record_locked', retryable: true },
      { outcome: 'refused', code: 'record_locked', retryable: true },
    ]);
    expect(left).toEqual([]);
  });
  it('the signal is looked at before sending, never during', async () => {
    const controller = new AbortController();
    const { connector, call } = await described(() => {
      controller.abort(new Error('time is up'));
      return rows(row('101'));
    });
    const own = { ...call, signal: controller.signal };
    expect(await connector.write([update('101')], own)).toMatchObject([{ outcome: 'done' }]);
    await expect(connector.write([update('101')], own)).rejects.toThrow('time is up');
  });
  it('a write that has waited for its token too long is not sent', async () => {
    const slow = connect({
      auth: {
        token: async (call) => {
          await call.clock.sleep(86_000);
          return { accessToken: 't' };
        },
        refresh: async () => ({ accessToken: 't' }),
      },
    });
    expect(await slow.connector.write([update('101')], slow.call)).toMatchObject([{ outcome: 'not_sent', code: 'no_time_left' }]);
    expect(slow.seen).toEqual([]);
  });
});

describe('an upsert', () => {
  const upsert = (value: string, values: Write['values'] = { firstname: 'Ann' }) =>
    create(values, { uniqueKey: { field: 'buyer_key', value } });
  it('goes by its unique property, and tells what is new', async () => {
    const batch = [upsert('K1'), upsert('K2')];
    const results = [
      { ...row('902', { buyer_key: 'K2' }), new: false },
      { ...row('901', { buyer_key: 'k1' }), new: true },
    ];
    const { connector, seen, call } = await described(json({ status: 'COMPLETE', results }));
    expect(await connector.write(batch, call)).toMatchObject([
      { outcome: 'done', id: '901', created: true },
      { outcome: 'done', id: '902', created: false },
    ]);
    expect(seen[1]).toMatchObject({ path: '/crm/objects/2026-09/contacts/batch/upsert' });
    expect(seen[1]!.json.inputs[0]).toEqual({
      id: 'K1',
      idProperty: 'buyer_key',
      objectWriteTraceId: batch[0]!.op,
      properties: { firstname: 'Ann' },
    });
  });
  it('by a property that may repeat is never sent: it could make a second record', async () => {
    const { connector, seen, call } = await described();
    await expect(connector.write([create({}, { uniqueKey: { field: 'firstname', value: 'Ann' } })], call)).rejects.toMatchObject({
      code: 'key_not_unique',
    });
    expect(seen).toHaveLength(1);
  });
});

describe('associations', () => {
  const logged = (more: Partial<Write> = {}): Write => ({
    op: operation(),
    object: 'calls',
    id: null,
    values: { hs_call_title: 'Call', hs_timestamp: '2026-11-01T11:00:00.000Z' },
    associations: [
      { object: 'contacts', id: '500' },
      { object: '0-3', id: '1234' },
    ],
    ...more,
  });
  it('go with the creation, each by the number of its own direction', async () => {
    const { connector, seen, call } = connect({ associateCompany: false }, taken([logged()], 201));
    await connector.write([logged()], call);
    expect(seen[0]!.json.inputs[0].associations).toEqual([
      { to: { id: '500' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }] },
      { to: { id: '1234' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 206 }] },
    ]);
  });
  it('to a custom object are asked for once', async () => {
    const labels = json({
      results: [
        { category: 'USER_DEFINED', typeId: 9, label: 'About' },
        { category: 'HUBSPOT_DEFINED', typeId: 77, label: null },
      ],
    });
    const matter = { associations: [{ object: '2-77', id: '1' }] };
    const { connector, seen, call } = connect({}, labels, taken([logged()], 201), taken([logged()], 201));
    await connector.write([logged(matter)], call);
    await connector.write([logged(matter)], call);
    expect(seen.map(({ path }) => path)).toEqual([
      '/crm/associations/2026-09/calls/2-77/labels',
      '/crm/objects/2026-09/calls/batch/create',
      '/crm/objects/2026-09/calls/batch/create',
    ]);
    expect(seen[1]!.json.inputs[0].associations[0].types[0].associationTypeId).toBe(77);
  });
  it('that HubSpot knows no type for are refused before anything is sent', async () => {
    const { connector, seen, call } = connect({}, json({ results: [] }));
    await expect(connector.write([logged({ associations: [{ object: '2-77', id: '1' }] })], call)).rejects.toMatchObject({
      code: 'no_association_type',
    });
    expect(seen).toHaveLength(1);
  });
  it('are left alone by an update: people may have changed them', async () => {
    const { connector, seen, call } = connect({}, rows(row('901')));
    await connector.write([logged({ id: '901' })], call);
    expect(seen[0]!.text).not.toContain('associations');
  });
});

describe('a batch that mixes what HubSpot does not', () => {
  it.each<[string, Write[]]>([
    ['kinds', [create(), update('101')]],
    ['objects', [create(), { ...create(), object: 'companies' }]],
    ['one record twice', [update('101'), update('101')]],
    ['more than a hundred', Array.from({ length: 101 }, (_, index) => update(String(1 + index)))],
    ['an id that is none', [update('x')]],
    ['a name that is none', [update('101', { 'a,b': 'x' })]],
  ])('%s is a mistake of ours', async (_, batch) => {
    const { connector, seen, call } = connect({});
    await expect(connector.write(batch, call)).rejects.toThrow('broken invariant');
    expect(seen).toEqual([]);
  });
});
