/**
 * A page of contacts with something left to send, in order. workspace, connection, object, entity, limit, plan, now; after
 * where asked. (id)
 *
 * A table and two indexes hold what is pending, each by one reason, so that it costs what it finds, however much is linked.
 * Links of other plans are read plan by plan, for only within one plan they are in the order of contacts: there are a few
 * plans, and a change of the mapping makes all links pending. Each part asks for an order that only its own index has (`nulls first`,
 * where no id is null): by another one, which the planner takes for as good, it would walk all that is linked. `lateral (…
 * offset 0)` keeps it from joining all contacts.
 */
export function postgresPending(tables: Readonly<Record<'contacts' | 'links' | 'unseen', string>>, from: 'start' | 'after'): string {
  const active = (name: string) => `${name}.workspace = $1 and ${name}.connection = $2
    and ${name}.object = $3 and ${name}.entity = $4 and ${name}.state = 'active'`;
  const behind = from === 'after' ? 'and l.contact_id > $8' : '';
  const isThere = `cross join lateral (select true from ${tables.contacts} where workspace = $1 and id = l.contact_id offset 0) c`;
  const unseen = `(select u.contact_id as id from ${tables.unseen} u
    cross join lateral (select state, entity, seen from ${tables.links}
      where workspace = $1 and contact_id = u.contact_id and connection = $2 and object = $3 offset 0) l
    cross join lateral (select version from ${tables.contacts} where workspace = $1 and id = u.contact_id offset 0) c
    where u.workspace = $1 and u.connection = $2 and u.object = $3 ${from === 'after' ? 'and u.contact_id > $8' : ''}
      and l.state = 'active' and l.entity = $4 and l.seen is distinct from c.version order by u.contact_id limit $5)`;
  const ofPlan = `(select l.contact_id as id from ${tables.links} l ${isThere}
    where ${active('l')} and l.plan = plans.plan ${behind} order by l.contact_id nulls first limit $5)`;
  const due = `(select l.contact_id as id from (select contact_id from ${tables.links} l
    where ${active('l')} and l.due_at <= $7 ${behind} order by l.due_at offset 0) l ${isThere} order by l.contact_id limit $5)`;
  const nextPlan = (behindPlan = '') => `(select p.plan from ${tables.links} p where ${active('p')} ${behindPlan} order by p.plan limit 1)`;
  return `with recursive plans (plan) as (
      select ${nextPlan()}
      union all
      select ${nextPlan('and p.plan > plans.plan')} from plans where plans.plan is not null
    )
    select id from (
      ${unseen}
      union ${due}
      union select l.id from plans cross join lateral ${ofPlan} l where plans.plan <> $6
    ) pending order by id limit $5`;
}
