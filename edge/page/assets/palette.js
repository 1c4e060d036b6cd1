// The palette: type a few letters, and go to a page, an incident, or an entry that says so.

/** @typedef {{ name: string, href: string, keys?: string }} Choice */

/** @returns {Choice[]} */
function choices() {
  try {
    return JSON.parse(document.getElementById("palette")?.textContent ?? "[]");
  } catch {
    return [];
  }
}

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

class Palette {
  constructor() {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "palette";
    this.dialog.setAttribute("aria-label", "Find anything");
    this.input = document.createElement("input");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Find anything", autocomplete: "off", placeholder: "A page, an incident, a word" })) this.input.setAttribute(name, value);
    this.list = document.createElement("ul");
    this.list.id = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Found");
    this.dialog.append(this.input, this.list);
    this.at = 0;
    this.asked = 0;
    this.input.addEventListener("input", () => this.type());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.type();
  }

  type() {
    const text = this.input.value.trim();
    const found = choices().filter((choice) => fits(text.toLowerCase(), choice.name));
    if (text) found.push({ name: `Search for \u201c${text}\u201d`, href: `/search?q=${encodeURIComponent(text)}` });
    this.show(found);
    clearTimeout(this.asked);
    if (text.length >= 2) this.asked = window.setTimeout(() => void this.more(text, found), 150);
  }

  /**
   * @param {string} text
   * @param {Choice[]} found
   */
  async more(text, found) {
    const more = await hits(text).catch(() => []);
    if (this.input.value.trim() === text && more.length) this.show([...found, ...more]);
  }

  /** @param {Choice[]} found */
  show(found) {
    this.list.replaceChildren(...found.map((choice, n) => {
      const line = document.createElement("li");
      line.id = `palette-${n}`;
      line.setAttribute("role", "option");
      line.dataset.href = choice.href;
      line.append(choice.name);
      if (choice.keys) {
        const keys = document.createElement("kbd");
        keys.textContent = choice.keys;
        line.append(" ", keys);
      }
      line.addEventListener("click", () => location.assign(choice.href));
      return line;
    }));
    this.pick(0);
  }

  /** @param {number} at */
  pick(at) {
    const lines = [...this.list.children];
    this.at = Math.max(0, Math.min(lines.length - 1, at));
    lines.forEach((line, n) => line.setAttribute("aria-selected", String(n === this.at)));
    const line = lines[this.at];
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    line?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "ArrowDown") this.pick(this.at + 1);
    else if (event.key === "ArrowUp") this.pick(this.at - 1);
    else if (event.key === "Enter") {
      const line = this.list.children[this.at];
      if (line instanceof HTMLElement && line.dataset.href) location.assign(line.dataset.href);
    } else return;
    event.preventDefault();
  }
}

/** Opens by Ctrl K, by `/`, and by its button. */
export function startPalette() {
  const open = () => {
    if (!document.querySelector("dialog[open]")) new Palette().open();
  };
  addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const isSlash = event.key === "/" && !isTyping && document.documentElement.dataset.keys !== "off";
    if (isSlash || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k")) {
      event.preventDefault();
      open();
    }
  });
  for (const button of document.querySelectorAll("[data-palette]")) {
    button.removeAttribute("hidden");
    button.addEventListener("click", open);
  }
}
