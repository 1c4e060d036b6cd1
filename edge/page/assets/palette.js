// The palette: type a few letters, and go to a page, an incident, or an entry that says so.

import { ask, isForUs } from "./keys.js";

/** @typedef {{ name: string, href: string, keys?: string }} Choice */

/** @returns {Choice[]} */
const choices = () => JSON.parse(document.getElementById("palette")?.textContent ?? "[]");

/**
 * Whether the letters stand in the name in this order.
 * @param {string} letters
 * @param {string} name
 */
function fits(letters, name) {
  let at = 0;
  for (const letter of name.toLowerCase()) if (letter === letters[at]) at += 1;
  return at >= letters.length;
}

/** @param {string} text */
async function hits(text) {
  const answer = await fetch(`/api/v1/search?limit=8&q=${encodeURIComponent(text)}`);
  if (!answer.ok) return [];
  /** @type {{ items: Array<{ incident?: string | null, words: string }> }} */
  const { items } = await answer.json();
  return items.filter((hit) => hit.incident).map((hit) => ({
    name: `${hit.incident}: ${hit.words}`,
    href: `/incidents/${String(hit.incident).replace("INC-", "")}`,
  }));
}

/** @param {Choice} choice */
function option({ name, href, keys }) {
  const line = document.createElement("li");
  line.setAttribute("role", "option");
  line.append(name);
  if (keys) {
    const shown = document.createElement("kbd");
    shown.textContent = keys;
    line.append(" ", shown);
  }
  line.addEventListener("click", () => location.assign(href));
  return line;
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  const input = document.createElement("input");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Find anything", autocomplete: "off", placeholder: "A page, an incident, a word" })) input.setAttribute(name, value);
  const list = document.createElement("ul");
  list.id = "palette-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  const dialog = ask("Find anything", input, list);
  dialog.className = "palette";
  /** @type {HTMLElement[]} */
  let lines = [];
  let at = 0;
  let waiting = 0;

  /** @param {number} wanted */
  const pick = (wanted) => {
    at = Math.max(0, Math.min(lines.length - 1, wanted));
    lines.forEach((line, n) => line.setAttribute("aria-selected", String(n === at)));
    input.setAttribute("aria-activedescendant", `palette-${at}`);
    lines[at]?.scrollIntoView({ block: "nearest" });
  };

  /** @param {Choice[]} found */
  const show = (found) => {
    lines = found.map(option);
    lines.forEach((line, n) => (line.id = `palette-${n}`));
    list.replaceChildren(...lines);
    pick(0);
  };

  const type = () => {
    const text = input.value.trim();
    const found = choices().filter((choice) => fits(text.toLowerCase(), choice.name));
    if (text) found.push({ name: `Search for \u201c${text}\u201d`, href: `/search?q=${encodeURIComponent(text)}` });
    show(found);
    clearTimeout(waiting);
    if (text.length < 2) return;
    waiting = window.setTimeout(async () => {
      const more = await hits(text).catch(() => []);
      if (input.value.trim() === text && more.length) show([...found, ...more]);
    }, 150);
  };

  input.addEventListener("input", type);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") pick(at + 1);
    else if (event.key === "ArrowUp") pick(at - 1);
    else if (event.key === "Enter") lines[at]?.click();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  type();
}

/** Opens by Ctrl K, by `/`, and by its button. */
export function startPalette() {
  addEventListener("keydown", (event) => {
    const isWanted = event.ctrlKey || event.metaKey ? event.key.toLowerCase() === "k" : event.key === "/" && isForUs(event);
    if (!isWanted) return;
    event.preventDefault();
    open();
  });
  addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-palette]")) open();
  });
}
