import { element, fill, set } from './dom.js';

const SHOWN_MAX = 100;
const SEARCH_DELAY_MS = 200;
const NONE = { const: null, title: 'None', isNone: true };

/**
 * A selection with search, for keyboard and screen reader: the combobox pattern of ARIA. It knows three states: an option, none,
 * and not answered, which is not the same.
 *
 * @param {{ id: string, onAnswer: (value: string | number | null) => void, onSearch: (text: string) => Promise<void> }} options -
 *   `onSearch`: where there are more options than are here, whoever has them is asked.
 */
export function choice({ id, onAnswer, onSearch }) {
  let field = { options: [], value: null };
  let typed = '';
  let timer;
  /** There were more options than came at once: whoever has them does the searching. */
  let isSearched = false;
  let shown = [];
  let active = -1;

  const list = element('ul', { id: `${id}-list`, role: 'listbox', hidden: true, 'aria-labelledby': `${id}-label` });
  const input = element('input', {
    id,
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': list.id,
    onfocus: () => input.select(),
    onclick: () => open(),
    oninput: () => {
      open(input.value);
      clearTimeout(timer);
      if (isSearched) timer = setTimeout(() => void onSearch(typed), SEARCH_DELAY_MS);
    },
    onblur: () => close(),
    onkeydown: (event) => press(event),
  });
  const count = element('span', { class: 'unseen', 'aria-live': 'polite' });
  const box = element('div', { class: 'choice' }, input, element('span', { class: 'arrow', 'aria-hidden': 'true' }), list, count);

  const isOpen = () => !list.hidden;
  const titleOf = () => {
    if (field.value === null) return field.isNone ? NONE.title : '';
    return field.options.find((option) => option.const === field.value)?.title ?? String(field.value);
  };

  function open(search = '') {
    if (input.disabled) return;
    typed = search;
    const wanted = search.trim().toLowerCase();
    const fits = ({ title, description = '' }) => `${title} ${description}`.toLowerCase().includes(wanted);
    const found = field.options.filter((option) => fits(option) || (isSearched && option.const !== field.value));
    const own = field.allowsCustomValue && wanted !== '' && !found.some(({ title }) => title.toLowerCase() === wanted);
    shown = [
      ...(field.allowsNone && (wanted === '' || 'none'.startsWith(wanted)) ? [NONE] : []),
      ...found.slice(0, SHOWN_MAX),
      ...(own ? [{ const: search.trim(), title: `Use “${search.trim()}”` }] : []),
    ];
    list.hidden = false;
    set(input, 'aria-expanded', 'true');
    const left = field.hasMore ? 'There are more' : found.length > SHOWN_MAX ? `${found.length - SHOWN_MAX} more` : null;
    fill(
      list,
      ...shown.map(item),
      shown.length === 0 && element('li', { class: 'nothing', role: 'presentation' }, 'Nothing is called so.'),
      left && element('li', { class: 'nothing', role: 'presentation' }, `${left}: type to narrow them down.`),
    );
    count.textContent = `${found.length} of ${field.options.length} options`;
    const chosen = shown.findIndex((option) => option.const === field.value && (!option.isNone || field.isNone));
    activate(wanted === '' ? chosen : shown.findIndex((option) => !option.isNone));
  }

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    set(input, 'aria-expanded', 'false');
    set(input, 'aria-activedescendant', null);
    count.textContent = '';
    input.value = titleOf();
  }

  function item(option, index) {
    const isChosen = option.const === field.value && (!option.isNone || field.isNone);
    return element(
      'li',
      {
        id: `${id}-option-${index}`,
        role: 'option',
        'aria-selected': String(isChosen),
        class: option.isNone ? 'none' : null,
        onmousedown: (event) => event.preventDefault(), // the input keeps the focus
        onclick: () => choose(option),
      },
      element('span', { class: 'title' }, option.title),
      option.open === false && element('span', { class: 'tag' }, 'closed'),
      option.isStoredOnly && element('span', { class: 'tag' }, 'not offered any more'),
      option.description && element('span', { class: 'detail' }, option.description),
    );
  }

  function activate(index) {
    active = index;
    for (const [at, line] of [...list.querySelectorAll('[role=option]')].entries()) {
      line.classList.toggle('active', at === active);
      if (at === active) line.scrollIntoView?.({ block: 'nearest' });
    }
    set(input, 'aria-activedescendant', active < 0 ? null : `${id}-option-${active}`);
  }

  function choose(option) {
    field = { ...field, value: option.const, isNone: option.isNone === true };
    if (!option.isNone && !field.options.some((one) => one.const === option.const))
      field = { ...field, options: [...field.options, { const: option.const, title: String(option.const) }] };
    close();
    onAnswer(option.const);
  }

  function press(event) {
    const { key } = event;
    if (key === 'Escape' && isOpen()) close();
    else if (key === 'Enter' && isOpen()) {
      if (shown[active]) choose(shown[active]);
    } else if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (!isOpen()) open();
      else if (shown.length > 0) activate((active + (key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1) + shown.length) % shown.length);
    } else if ((key === 'Home' || key === 'End') && isOpen()) activate(key === 'Home' ? 0 : shown.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    box,
    input,
    /** @param field_ - As the server resolved it. `isNone`: none was answered. `isAsked`: something has to be answered. */
    show(field_) {
      field = field_;
      isSearched ||= field.hasMore;
      input.disabled = field.optionsAre !== 'ready';
      const waits = field.optionsAre === 'failed' ? 'Could not be loaded' : 'Loading…';
      input.placeholder = input.disabled ? waits : field.options.length === 0 && !field.allowsCustomValue ? 'No options' : 'Choose…';
      if (isOpen()) open(typed);
      else input.value = titleOf();
    },
  };
}
