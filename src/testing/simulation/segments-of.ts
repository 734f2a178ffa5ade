import type { Segment } from '../../core/segments/segment.ts';

/** The segments of a connection; everybody who is in one is told. */
export const segmentsOf = (object: string): readonly Segment[] => [
  { name: 'titled', where: { field: 'title', blank: false }, initial: true },
  {
    name: 'in_crm',
    where: {
      all: [
        { field: 'city', blank: false },
        { field: `$link.${object}`, eq: 'active' },
      ],
    },
    watch: ['email'],
    initial: true,
  },
];
