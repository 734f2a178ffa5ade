import type { Entity } from './link.ts';

/**
 * A match key that several may have: it finds, and belongs to nobody. The name of a company is one; a domain, or a person's
 * number, is not.
 *
 * @example
 * isSharedKey('company', 'name') //=> true
 * isSharedKey('company', 'domain') //=> false
 * isSharedKey('contact', 'name') //=> false
 */
export const isSharedKey = (entity: Entity, field: string): boolean => entity === 'company' && field === 'name';
