import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { CrmSyncError } from '../../errors.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import { objectKind } from './objects.ts';
import { associationsOf } from './paths.ts';

/** How one record is tied to another. */
export interface AssociationType {
  readonly associationCategory: string;
  readonly associationTypeId: number;
}
export interface AssociationTypes {
  /** The plain type from one object to another: the other way round has another number. */
  of(from: string, to: string, call: Call): Promise<AssociationType>;
  /**
   * The numbers of the types with this label, whatever its case, from one object to another.
   *
   * @throws CrmSyncError `no_association_label`, category `configuration`.
   */
  labelled(from: string, to: string, label: string, call: Call): Promise<ReadonlySet<number>>;
}

const ids = (contacts: number, companies: number, deals: number, tickets: number) => ({ contacts, companies, deals, tickets });

/** From object → to object. Source: HubSpot developer docs, "Associations", association type ids. */
const TYPE_IDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  calls: ids(194, 182, 206, 220),
  communications: ids(81, 87, 85, 83),
  notes: ids(202, 190, 214, 228),
  tasks: ids(204, 192, 216, 230),
  meetings: ids(200, 188, 212, 226),
  emails: ids(198, 186, 210, 224),
  contacts: ids(449, 279, 4, 15),
  companies: ids(280, 450, 342, 340),
  deals: ids(3, 341, 451, 27),
  tickets: ids(16, 339, 28, 452),
};

const labelsAnswer = lazy(() =>
  z.object({
    results: z.array(z.object({ category: z.string(), typeId: z.number(), label: z.string().nullish() })),
  }),
);

type WireType = z.infer<ReturnType<typeof labelsAnswer>>['results'][number];

/** Types between standard objects are known; those of custom objects are asked for once. */
export function createAssociationTypes(client: Client): AssociationTypes {
  const asked = new Map<string, AssociationType>();
  const labels = new Map<string, readonly WireType[]>();
  return {
    async of(fromName, toName, call) {
      const [from, to] = [objectKind(fromName).name, objectKind(toName).name];
      const known = Object.hasOwn(TYPE_IDS, from) ? TYPE_IDS[from] : undefined;
      if (known && Object.hasOwn(known, to)) return { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: known[to]! };
      const key = `${from} ${to}`;
      const type = asked.get(key) ?? (await askType(client, from, to, call));
      asked.set(key, type);
      return type;
    },
    async labelled(from, to, label, call) {
      const key = `${from} ${to}`;
      const withLabel = () => new Set((labels.get(key) ?? []).filter((type) => isLabel(type, label)).map(({ typeId }) => typeId));
      if (withLabel().size === 0) labels.set(key, await readTypes(client, from, to, call)); // it may have been made since
      const found = withLabel();
      if (found.size > 0) return found;
      throw new CrmSyncError(`HubSpot has no label of that name on associations from ${from} to ${to}.`, {
        code: 'no_association_label',
        category: 'configuration',
        remedy: 'Correct the label after the colon, as it stands in the association settings of the account, or leave it out.',
        at: { object: to },
      });
    },
  };
}

const isLabel = ({ label }: WireType, wanted: string): boolean => label?.trim().toLowerCase() === wanted.toLowerCase();

async function readTypes(client: Client, from: string, to: string, call: Call): Promise<readonly WireType[]> {
  const resource = associationsOf(from, to, 'labels');
  const { body } = await client.read(resource, {}, call);
  const answer = labelsAnswer().safeParse(body);
  if (!answer.success) throw brokenAnswer(`GET ${resource.operation}`);
  return answer.data.results;
}

async function askType(client: Client, from: string, to: string, call: Call): Promise<AssociationType> {
  const results = await readTypes(client, from, to, call);
  const type = results.find(({ label }) => label == null) ?? results[0];
  if (type) return { associationCategory: type.category, associationTypeId: type.typeId };
  throw new CrmSyncError(`HubSpot knows no association from ${from} to ${to}.`, {
    code: 'no_association_type',
    category: 'configuration',
    remedy: 'Create an association between the two objects in HubSpot, or log on a record of another object.',
    at: { object: to },
  });
}
