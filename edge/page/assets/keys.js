// Single keys: walk rows, go to pages, press what a page offers. `?` lists them.

/** @type {Array<[string, string]>} */
const GENERAL = [
  ["Ctrl K or /", "find anything"],
  ["j k", "next and last row"],
  ["Enter", "open the row"],
  ["u", "up"],
  ["[ ]", "earlier and later"],
  ["?", "these keys"],
];

let isGoing = false;

/**
 * Whether a single key is meant as one, and not typed.
 * @param {KeyboardEvent} event
 */
export function isForUs(event) {
  const at = event.target;
  const isTyping = at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
  const isOff = document.documentElement.dataset.keys === "off";
  return !isTyping && !isOff && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]");
}

/** Rows that are shown. */
const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]).filter((row) => row.offsetParent !== null);

/** @returns {HTMLElement | null} */
const picked = () => document.querySelector("[data-row][data-picked]");

/** @param {number} step */
function walk(step) {
  const all = rows();
  const here = picked();
  const at = here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1;
  const next = all[Math.max(0, Math.min(all.length - 1, at))];
  if (!next) return;
  here?.removeAttribute("data-picked");
  next.setAttribute("data-picked", "");
  const link = next.querySelector("a[href], summary, button");
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** @param {string | null | undefined} href */
function goTo(href) {
  if (href) location.assign(href);
  return Boolean(href);
}

/** @param {string} selector */
const hrefOf = (selector) => document.querySelector(selector)?.getAttribute("href");

/** @param {string} key */
function press(key) {
  // What stands in a row is pressed only in the row that is picked.
  const row = picked();
  const all = [...document.querySelectorAll("[data-press]")].filter((it) => it.getAttribute("data-press") === key);
  return use(all.find((it) => row?.contains(it)) ?? all.find((it) => !it.closest("[data-row]")));
}

/** @param {Element | null | undefined} place */
function use(place) {
  if (!(place instanceof HTMLElement)) return false;
  const details = place.closest("details");
  if (place.tagName === "SUMMARY" && details) {
    details.open = true;
    const field = details.querySelector("textarea, input:not([type=hidden]), select, button");
    if (field instanceof HTMLElement) field.focus();
  } else if (/^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName)) place.focus();
  else place.click();
  return true;
}

/**
 * Opens the form that gives the picked row another state.
 * @param {string} state
 */
const move = (state) => use(picked()?.querySelector(`input[name=state][value=${state}]`)?.closest("details")?.querySelector("summary"));

/** @param {string} key */
function act(key) {
  if (isGoing) {
    isGoing = false;
    return goTo(hrefOf(`[data-go="${CSS.escape(key)}"]`));
  }
  switch (key) {
    case "j": return walk(1), true;
    case "k": return walk(-1), true;
    case "g": return (isGoing = true);
    case "u": return goTo(document.body.dataset.up);
    case "[": return goTo(hrefOf("a[data-earlier]"));
    case "]": return goTo(hrefOf("a[data-later]"));
    case "<": return move("open");
    case ">": return move("done");
    case "?": return list(), true;
    case "Enter": return document.activeElement === document.body && goTo(picked()?.querySelector("a[href]")?.getAttribute("href"));
    default: return key.length === 1 && press(key);
  }
}

/**
 * Shows a dialog of a name, until it is closed.
 * @param {string} name
 * @param {HTMLElement[]} parts
 */
export function ask(name, ...parts) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", name);
  dialog.append(...parts);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The keys of this page. */
function list() {
  const table = document.createElement("table");
  const pages = [...document.querySelectorAll("[data-go]")].map((it) => [`g ${it.getAttribute("data-go")}`, it.textContent]);
  // Rows offer the same keys: each is listed once.
  const here = new Map([...document.querySelectorAll("[data-press-words]")].map((it) => [it.getAttribute("data-press"), it.getAttribute("data-press-words")]));
  if (document.querySelector("[data-row] input[name=state]")) here.set("< >", "open an action again, call it done");
  for (const [key, words] of [...here, ...GENERAL, ...pages]) {
    const row = table.insertRow();
    const shown = document.createElement("kbd");
    shown.textContent = key;
    row.insertCell().append(shown);
    row.insertCell().textContent = words;
  }
  const close = document.createElement("button");
  close.textContent = "Close";
  const dialog = ask("Keys", table, close);
  close.addEventListener("click", () => dialog.close());
}

/** Listens to single keys. */
export function startKeys() {
  addEventListener("keydown", (event) => {
    if (isForUs(event) && act(event.key)) event.preventDefault();
  });
}
