import { choice } from './choice.js';
import { element, fill, set } from './dom.js';
import { wordsOf } from './words.js';

/** Why a value stands there, in the words of whoever fills the form in. */
const SOURCES = {
  single_option: 'the only one',
  setting: 'your default',
  default: 'default',
  policy: 'proposed',
  stored: 'in the CRM',
  user: null,
};

/**
 * Any form that the server has resolved. It keeps what a person has answered apart from what the form proposes: only answers are
 * posted, and all the rest stays what it is.
 *
 * @param {HTMLFormElement} place
 * @param {{ resolve: Function, submit: Function, load: Function, label: string }} host
 */
export function logForm(place, host) {
  let answers = {};
  let contactType;
  let controls = new Map();
  let turn = 0;

  const summary = element('div', { class: 'problems', role: 'alert', tabindex: '-1', hidden: true });
  const types = element('div', { class: 'types' });
  const fields = element('div', { class: 'fields' });
  const button = element('button', { type: 'submit', class: 'main' }, host.label);
  fill(place, summary, types, fields, element('div', { class: 'actions' }, button));
  place.onsubmit = (event) => {
    event.preventDefault();
    void submit();
  };

  async function refresh() {
    turn += 1;
    const mine = turn;
    const form = await host.resolve({ contactType, answers });
    if (mine === turn) show(form); // an older answer of the server is of no use any more
  }

  function answer(key, value, isOver = true) {
    answers = { ...answers, [key]: value };
    controls.get(key)?.refuse(null);
    if (isOver) void refresh();
  }

  function show(form) {
    const dropped = form.notes.filter(({ code }) => code === 'not_offered').map(({ path }) => path[0]);
    answers = Object.fromEntries(Object.entries(answers).filter(([key]) => !dropped.includes(key)));
    showTypes(form);
    const known = new Map(form.fields.map((field) => [field.key, controls.get(field.key) ?? control(field)]));
    if ([...known.keys()].join() !== [...controls.keys()].join()) fill(fields, ...[...known.values()].map(({ box }) => box));
    controls = known;
    for (const field of form.fields) {
      const question = form.questions.find((one) => one.field === field.key || one.fields?.includes(field.key));
      const notes = form.notes.filter(({ path }) => path[0] === field.key);
      known
        .get(field.key)
        .show(
          { ...field, isNone: answers[field.key] === null, hasMore: form.more.includes(field.key) },
          { question, notes, isDropped: dropped.includes(field.key) },
        );
    }
  }

  function showTypes({ contactTypes, contactType: current, questions }) {
    const asked = questions.some(({ field }) => field === 'contactType');
    fill(
      types,
      contactTypes.length > 0 &&
        element(
          'fieldset',
          { class: 'segments' },
          element('legend', {}, 'Make a'),
          ...contactTypes.map(({ const: value, title }) =>
            element(
              'label',
              {},
              element('input', {
                type: 'radio',
                name: 'contact-type',
                value,
                checked: value === current,
                onchange: () => {
                  contactType = value;
                  void refresh().then(() => types.querySelector('input:checked')?.focus());
                },
              }),
              element('span', {}, title),
            ),
          ),
          asked && element('p', { class: 'hint asked' }, wordsOf({ code: 'several_contact_types' })),
        ),
    );
  }

  /** The frame of a field: label, what it is for, why it has its value, what is wrong with it. */
  function control(field) {
    const id = `field-${field.key}`;
    if (field.type === 'note') return note(field);
    const part = PARTS[field.type]({
      id,
      field,
      answer: (value, isOver) => answer(field.key, value, isOver),
      search: async (text) => {
        await host.load(field.key, text, answers);
        await refresh();
      },
    });
    const source = element('span', { class: 'source' });
    const hint = element('p', { class: 'hint', id: `${id}-hint` });
    const problem = element('p', { class: 'problem', id: `${id}-problem` });
    const label = element(
      'label',
      { id: `${id}-label`, for: id },
      field.title,
      field.required ? element('span', { class: 'required' }, ' required') : null,
    );
    const about = field.description ? element('p', { class: 'purpose', id: `${id}-about` }, field.description) : null;
    const head = element('div', { class: 'head' }, label, source);
    const box =
      field.type === 'checkbox'
        ? element('div', { class: 'field tick' }, part.box, element('div', {}, head, about, hint, problem))
        : element('div', { class: 'field' }, head, about, part.box, hint, problem);
    set(part.input, 'aria-required', field.required ? 'true' : null);
    set(part.input, 'aria-describedby', [about?.id, hint.id, problem.id].filter(Boolean).join(' '));
    return {
      box,
      focus: () => part.input.focus(),
      refuse(issue) {
        problem.textContent = issue ? wordsOf(issue) : '';
        set(part.input, 'aria-invalid', issue ? 'true' : null);
      },
      show(now, { question, notes, isDropped }) {
        part.show(now);
        source.textContent = (now.value === null || now.value === false ? null : SOURCES[now.source]) ?? '';
        const words = [
          ...(question ? [wordsOf(question)] : []),
          ...(isDropped ? ['What was chosen is not offered here, and was dropped.'] : []),
          ...notes.filter(({ code }) => code !== 'not_offered' && code !== 'options_not_published').map(wordsOf),
        ];
        fill(hint, words.join(' '), now.optionsAre === 'failed' && again(field.key));
        hint.classList.toggle('asked', question !== undefined || isDropped || now.optionsAre === 'failed');
      },
    };
  }

  const again = (key) =>
    element('button', { type: 'button', class: 'link', onclick: () => void host.load(key, '', answers).then(refresh) }, 'Try again');

  async function submit() {
    button.disabled = true;
    for (const one of controls.values()) one.refuse(null);
    summary.hidden = true;
    try {
      const issues = await host.submit({ contactType, answers });
      if (issues.length > 0) refuse(issues);
    } finally {
      button.disabled = false;
    }
  }

  function refuse(issues) {
    for (const issue of issues) controls.get(issue.path[0])?.refuse(issue);
    const line = (issue) => {
      const at = controls.get(issue.path[0]);
      const title = at?.box.querySelector('label')?.firstChild?.textContent;
      const words = `${title ? `${title}: ` : ''}${wordsOf(issue)}`;
      return element('li', {}, at ? element('button', { type: 'button', class: 'link', onclick: () => at.focus() }, words) : words);
    };
    fill(summary, element('h3', {}, 'Not logged yet'), element('ul', {}, ...issues.map(line)));
    summary.hidden = false;
    summary.focus();
  }

  return refresh();
}

const note = ({ title, description, level }) => ({
  box: element(
    'div',
    { class: `note ${level}`, role: 'note' },
    element('strong', {}, title),
    description ? element('span', {}, ` ${description}`) : null,
  ),
  focus() {},
  refuse() {},
  show() {},
});

const PARTS = {
  selection({ id, answer, search }) {
    return choice({ id, onAnswer: answer, onSearch: search });
  },
  text({ id, field, answer }) {
    const isLong = field.multiline || /[\r\n]/.test(String(field.value ?? '')); // one line would lose the breaks
    const input = element(isLong ? 'textarea' : 'input', {
      id,
      ...(isLong ? { rows: 3 } : { type: 'text', autocomplete: 'off' }),
      oninput: () => answer(input.value, false),
    });
    let isTouched = false;
    input.addEventListener('input', () => {
      isTouched = true;
    });
    return {
      box: input,
      input,
      show({ value }) {
        if (!isTouched) input.value = value === null ? '' : String(value);
      },
    };
  },
  checkbox({ id, answer }) {
    const input = element('input', { id, type: 'checkbox', onchange: () => answer(input.checked) });
    return {
      box: input,
      input,
      show({ value }) {
        input.checked = value === true;
      },
    };
  },
};
