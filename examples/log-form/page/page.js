import { element, fill, set } from './dom.js';
import { logForm } from './form.js';
import { phoneText } from './words.js';

const byId = (id) => document.getElementById(id);
const places = {
  connections: byId('connections'),
  calls: byId('calls'),
  caller: byId('caller'),
  form: byId('form'),
  logged: byId('logged'),
};
const at = { connection: '', call: '', isLogged: false };

async function ask(path, body) {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, body === undefined ? {} : post);
  const answer = await response.json().catch(() => ({}));
  if (response.ok || response.status === 422) return answer;
  throw new Error(answer.remedy ?? `The server answered ${response.status}.`);
}
/** Whom no record stands for. */
const NOBODY = 'new';
const pathTo = (...parts) => `/connections/${[at.connection, ...parts].map(encodeURIComponent).join('/')}`;

/** What goes wrong is told where the form would be. */
const guarded =
  (work) =>
  async (...given) => {
    try {
      return await work(...given);
    } catch (error) {
      fill(places.form, element('p', { class: 'problems', role: 'alert' }, error.message));
      return undefined;
    }
  };

const begin = guarded(async () => {
  const connections = await ask('/connections');
  fill(
    places.connections,
    ...connections.map(({ id, title }) => element('button', { type: 'button', value: id, onclick: () => void connect(id) }, title)),
  );
  await connect(connections[0].id);
});

const connect = guarded(async (id) => {
  at.connection = id;
  for (const button of places.connections.children) set(button, 'aria-pressed', String(button.value === id));
  const calls = await ask(pathTo('calls'));
  fill(
    places.calls,
    ...calls.map(({ call, direction, phone, about }) =>
      element(
        'li',
        {},
        element(
          'button',
          { type: 'button', value: call, onclick: () => void take(call) },
          element('span', { class: `way ${direction}`, 'aria-hidden': 'true' }, direction === 'inbound' ? '↙' : '↗'),
          element('span', { class: 'phone' }, phoneText(phone)),
          element('span', { class: 'unseen' }, direction),
          element('span', { class: 'about' }, about),
        ),
      ),
    ),
  );
  await take(calls[0].call);
});

/** The phone rings: whose number is it? */
const take = guarded(async (call) => {
  at.call = call;
  for (const button of places.calls.querySelectorAll('button')) set(button, 'aria-current', button.value === call ? 'true' : null);
  fill(places.form);
  fill(places.caller, element('p', { class: 'looking' }, 'Looking the number up…'));
  at.isLogged = await showLogged();
  await identify(call);
});

async function identify(call) {
  const { phone: number, matches } = await ask(pathTo('calls', call, 'ring'), {});
  const phone = phoneText(number);
  if (at.call !== call) return;
  if (matches.length === 0) {
    fill(places.caller, person({ name: 'Nobody known', detail: phone }));
    await openForm(NOBODY);
    return;
  }
  const pick = async (match, focus) => {
    fill(places.caller, person({ ...match, detail: `${match.detail} · ${phone}` }), matches.length > 1 && others(matches, match, pick));
    if (focus) places.caller.querySelector('[aria-pressed=true]')?.focus();
    await openForm(match.record ?? NOBODY);
  };
  if (matches.length === 1) await pick(matches[0]);
  else
    fill(
      places.caller,
      element('p', { class: 'who' }, `${phone} belongs to ${matches.length} people. Who is it?`),
      others(matches, null, pick),
    );
}

const person = ({ name, detail }) =>
  element(
    'div',
    { class: 'person' },
    element('span', { class: 'initials', 'aria-hidden': 'true' }, initialsOf(name)),
    element('div', {}, element('h2', {}, name), element('p', {}, detail)),
  );
const initialsOf = (name) =>
  name
    .replace('Nobody known', '?')
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();

const others = (matches, current, pick) =>
  element(
    'div',
    { class: 'people', role: 'group', 'aria-label': 'Who is it?' },
    ...matches.map((match) =>
      element(
        'button',
        { type: 'button', 'aria-pressed': String(match === current), onclick: () => void guarded(pick)(match, true) },
        element('strong', {}, match.name),
        element('span', {}, match.detail),
      ),
    ),
  );

const openForm = guarded((record) => {
  const path = pathTo('calls', at.call, 'form', record);
  return logForm(places.form, {
    label: at.isLogged ? 'Change the log' : record === NOBODY ? 'Make the contact and log the call' : 'Log the call',
    resolve: ({ contactType, answers }) =>
      ask(`${path}?${new URLSearchParams({ ...(contactType && { contactType }), answers: JSON.stringify(answers) })}`),
    load: (key, search, answers) => ask(pathTo('calls', at.call, 'options', key), { search, answers }),
    submit: async (posted) => {
      const { issues = [], status, reason, remedy } = await ask(path, posted);
      if (issues.length > 0) return issues;
      if (status !== 'done' && status !== 'unchanged') return [{ path: [], message: `It is not in the CRM yet (${reason})`, remedy }];
      at.isLogged = await showLogged(true);
      await (record === NOBODY ? identify(at.call) : openForm(record)); // from now on it is the form of a change
      return [];
    },
  });
});

/** The activity as the CRM has it now. */
async function showLogged(isNew = false) {
  const { activity } = await ask(pathTo('calls', at.call, 'activity'));
  if (!activity) {
    fill(places.logged, element('p', { class: 'empty' }, 'What you log appears here, as the CRM has it.'));
    return false;
  }
  const { crm, subject, ties, fields, body } = activity;
  const heading = element('h2', { tabindex: '-1' }, isNew ? 'Logged' : 'In the CRM');
  fill(
    places.logged,
    element(
      'article',
      { class: isNew ? 'card new' : 'card' },
      element('p', { class: 'crm' }, crm),
      heading,
      element('p', { class: 'subject' }, subject),
      ties.length > 0 &&
        element(
          'ul',
          { class: 'ties', 'aria-label': 'Tied to' },
          ...ties.map(({ object, title }) => element('li', {}, element('span', { class: 'kind' }, object), ` ${title}`)),
        ),
      element('dl', {}, ...fields.flatMap(({ name, value }) => [element('dt', {}, name), element('dd', {}, value)])),
      element('p', { class: 'body' }, body),
    ),
  );
  if (isNew) heading.focus();
  return true;
}

await begin();
