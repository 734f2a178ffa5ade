import * as z from 'zod';
import { lazy } from '../base/lazy.ts';
import { CRM_PATH } from '../values/paths.ts';

const LENGTH_MAX = 200;

/** The API name of a CRM field, or a dotted path, in a document. */
export const crmPathSchema = lazy(() =>
  z
    .string()
    .refine((path) => path.length <= LENGTH_MAX && CRM_PATH.test(path), {
      error: 'is no name of a CRM field',
      params: {
        code: 'invalid_crm_field',
        remedy: 'Give its API name (letters, digits, underscores), or a dotted path over at most five parents, such as `Account.Name`.',
      },
    })
    .meta({ pattern: CRM_PATH.source, maxLength: LENGTH_MAX }),
);

/** The API name of a field of the record itself: a parent's field can't be written through it. */
export const ownFieldSchema = lazy(() =>
  crmPathSchema().refine((path) => !path.includes('.'), {
    error: 'belongs to a parent record',
    params: { code: 'parent_not_writable', remedy: 'Name a field of the record itself.' },
  }),
);
