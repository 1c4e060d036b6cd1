// Changes an element into another without taking away what the reader holds in it: focus, what they typed, what
// they opened, how far they scrolled.

/**
 * The key of an element among its siblings.
 * @param {Node} node
 */
const keyOf = (node) => (node instanceof Element && node.id) || "";

/**
 * @param {Node} a
 * @param {Node} b
 */
const isAlike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

/** @param {Element} field */
function isHeld(field) {
  if (field instanceof HTMLInputElement) {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue || field === document.activeElement;
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue || field === document.activeElement;
  if (field instanceof HTMLSelectElement) return field === document.activeElement || field.dataset.touched !== undefined;
  return false;
}

/**
 * Gives an element the attributes of another, and no others but what is the reader's: without `tabindex` one
 * loses the focus.
 * @param {Element} from
 * @param {Element} to
 */
export function attributes(from, to) {
  const isKept = (/** @type {string} */ name) => /^(data-picked|tabindex)$/.test(name) || (name === "open" && from instanceof HTMLDetailsElement);
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !isKept(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && !isKept(name)) from.setAttribute(name, value);
}

/**
 * @param {Element} from
 * @param {Element} to
 */
function children(from, to) {
  /** @type {Map<string, Element>} */
  const keyed = new Map();
  for (const child of from.children) if (child.id) keyed.set(child.id, child);
  let at = from.firstChild;
  const left = [...to.childNodes];
  for (let wanted; (wanted = left[0]); left.shift()) {
    // What is wanted no more does not stand in the way of what comes after it.
    while (at && !left.some((it) => at && isAlike(at, it))) at = drop(at);
    const here = keyed.get(keyOf(wanted)) ?? at;
    if (here && isAlike(here, wanted)) {
      if (here !== at) from.insertBefore(here, at);
      at = here.nextSibling;
      node(here, wanted);
    } else {
      from.insertBefore(document.importNode(wanted, true), at);
    }
  }
  while (at) at = drop(at);
}

/**
 * Removes a node, and gives the one after it.
 * @param {ChildNode} old
 */
function drop(old) {
  const next = old.nextSibling;
  old.remove();
  return next;
}

/**
 * @param {Node} from
 * @param {Node} to
 */
function node(from, to) {
  if (!(from instanceof Element) || !(to instanceof Element)) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.hasAttribute("data-keep") || from.isEqualNode(to)) return;
  if (isHeld(from)) return;
  attributes(from, to);
  if (from instanceof HTMLInputElement && to instanceof HTMLInputElement) from.value = to.defaultValue;
  else if (from instanceof HTMLTextAreaElement && to instanceof HTMLTextAreaElement) from.value = from.defaultValue = to.defaultValue;
  else children(from, to);
}

/**
 * Changes `from` into `to`.
 * @param {Element} from
 * @param {Element} to
 */
export function morph(from, to) {
  const { scrollX, scrollY } = window;
  const { activeElement } = document;
  node(from, to);
  if (activeElement instanceof HTMLElement && document.activeElement !== activeElement && activeElement.isConnected) {
    activeElement.focus({ preventScroll: true });
  }
  if (window.scrollX !== scrollX || window.scrollY !== scrollY) window.scrollTo(scrollX, scrollY);
}
