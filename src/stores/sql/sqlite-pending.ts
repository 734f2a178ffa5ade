/**
 * A page of contacts with something left to send, in order. workspace, connection, object, entity, limit, plan, now; after
 * where asked. (id)
 *
 * A table and two indexes hold what is pending, each by one reason, so that it costs what it finds, however much is linked.
 * Links of other plans are merged in the order of contacts, one step of `replanned` each: there are a few plans, each of
 * them in that order by itself, and a change of the mapping makes all links pending.
 *
 * Source: SQLite documentation, The WITH Clause, Controlling Depth-First Versus Breadth-First Search.
 */
export function sqlitePending(from: 'start' | 'after'): string {
  const active = (name: string, index: string) => `crm_sync_links ${name} indexed by crm_sync_links_${index}
    where ${name}.workspace = ?1 and ${name}.connection = ?2 and ${name}.object = ?3 and ${name}.entity = ?4 and ${name}.state = 'active'`;
  const behind = from === 'after' ? 'and l.contact_id > ?8' : '';
  const isThere = 'exists (select 1 from crm_sync_contacts c where c.workspace = ?1 and c.id = l.contact_id)';
  const unseen = `select u.contact_id as id from crm_sync_unseen u
    cross join crm_sync_links l indexed by crm_sync_links_contact on l.workspace = ?1 and l.contact_id = u.contact_id
      and l.connection = ?2 and l.object = ?3 and l.state = 'active' and l.entity = ?4
    cross join crm_sync_contacts c on c.workspace = ?1 and c.id = u.contact_id
    where u.workspace = ?1 and u.connection = ?2 and u.object = ?3 ${from === 'after' ? 'and u.contact_id > ?8' : ''}
      and l.seen is not c.version order by u.contact_id limit ?5`;
  const due = `select l.contact_id as id from ${active('l', 'due')} and l.due_at <= ?7 ${behind} and ${isThere}
    order by l.contact_id limit ?5`;
  const nextPlan = (behindPlan = '') => `(select min(p.plan) from ${active('p', 'plan')} ${behindPlan})`;
  const nextId = (plan: string, behindId: string) => `(select l.contact_id from ${active('l', 'plan')} and l.plan = ${plan} ${behindId}
    and ${isThere} order by l.contact_id limit 1)`;
  return `with recursive
    plans (plan) as (
      select ${nextPlan()}
      union all
      select ${nextPlan('and p.plan > plans.plan')} from plans where plans.plan is not null
    ),
    replanned (plan, id) as (
      select plans.plan, ${nextId('plans.plan', behind)} from plans where plans.plan <> ?6
      union all
      select replanned.plan, ${nextId('replanned.plan', 'and l.contact_id > replanned.id')} from replanned where replanned.id is not null
      order by 2 nulls last limit ?5
    )
    select id from (
      select id from (${unseen})
      union select id from (${due})
      union select id from replanned where id is not null
    ) order by id limit ?5`;
}
