import assert from 'node:assert/strict';
import { need, open } from './kit.ts';
import type { ConnectorCase } from './subject.ts';

export const parents: readonly ConnectorCase[] = [
  {
    id: 'CC-110',
    rule: 'a parent that describe names is described by its own object, with the field that a path reads there',
    requires: 'parents',
    async check(make) {
      const { crm, connector, call } = await open(make);
      const [name, field] = need(crm.parent, 'parent').path.split('.');
      const { parents = [] } = await connector.describe(crm.object, call);
      for (const { object, label } of parents) {
        assert.ok(label !== '', 'people are told what a parent is called');
        if (object !== crm.object) await connector.describe(object, call).catch((error) => assert.equal(error.category, 'permission'));
      }
      const parent = parents.find((one) => one.name === name);
      if (parent === undefined) return assert.deepEqual(parents, [], 'of the parents that are named none may be missing');
      const { fields } = await connector.describe(parent.object, call);
      assert.ok(fields.some((one) => one.name === field));
    },
  },
];
