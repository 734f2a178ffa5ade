/**
 * Makes an element. Texts become text nodes, never markup: a deal may be called `<img onerror=…>`.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] - `on…` are listeners; true, false, null and undefined as HTML means them.
 * @param {...(Node | string | null | undefined | false)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** @param {Element} on */
export function set(on, name, value) {
  if (name.startsWith('on')) on.addEventListener(name.slice(2), value);
  else if (value === null || value === undefined || value === false) on.removeAttribute(name);
  else on.setAttribute(name, value === true ? '' : String(value));
}

/** @param {Element} place */
export const fill = (place, ...children) =>
  place.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
