// Single keys: walk rows, go to pages, press what a page offers. `?` lists them.

/** @type {Array<[string, string]>} */
const GENERAL = [
  ["Ctrl K or /", "find anything"],
  ["j k", "next and last row"],
  ["Enter", "open the row"],
  ["u", "up"],
  ["[ ]", "earlier and later"],
  ["< >", "move the row"],
  ["?", "these keys"],
];

let isGoing = false;

/** @param {KeyboardEvent} event */
function isForUs(event) {
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
  const place = all.find((it) => row?.contains(it)) ?? all.find((it) => !it.closest("[data-row]"));
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

/** @param {string} side */
function move(side) {
  const form = picked()?.querySelector(`form[data-${side}]`);
  if (form instanceof HTMLFormElement) form.requestSubmit();
  return Boolean(form);
}

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
    case "<": return move("left");
    case ">": return move("right");
    case "?": return list(), true;
    case "Enter": return document.activeElement === document.body && goTo(picked()?.querySelector("a[href]")?.getAttribute("href"));
    default: return key.length === 1 && press(key);
  }
}

/** The keys of this page. */
function list() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Keys");
  const table = document.createElement("table");
  const pages = [...document.querySelectorAll("[data-go]")].map((it) => [`g ${it.getAttribute("data-go")}`, it.textContent ?? ""]);
  const here = [...document.querySelectorAll("[data-press][data-press-words]")].map((it) => [it.getAttribute("data-press") ?? "", it.getAttribute("data-press-words") ?? ""]);
  // Rows offer the same keys: each is listed once.
  const once = new Map([...here].reverse().map(([key, words]) => [key, words]));
  for (const [key, words] of [...[...once].reverse(), ...GENERAL, ...pages]) {
    const row = table.insertRow();
    const shown = document.createElement("kbd");
    shown.textContent = key ?? "";
    row.insertCell().append(shown);
    row.insertCell().textContent = words ?? "";
  }
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(table, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Listens to single keys. */
export function startKeys() {
  addEventListener("keydown", (event) => {
    if (isForUs(event) && act(event.key)) event.preventDefault();
  });
}
