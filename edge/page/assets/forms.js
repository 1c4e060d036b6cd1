// Forms without leaving the page: they are sent as the browser would, the answer takes the page's place, and what
// was typed stays until it is known to be safe.

import { parsed, show, toast } from "./swap.js";

/** @param {HTMLFormElement} form */
async function send(form) {
  const button = form.querySelector("button:not([type=button])");
  button?.setAttribute("disabled", "");
  try {
    // @ts-ignore: a form's data are pairs of texts here.
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
    const come = parsed(await answer.text());
    // Done, or on a page of ours that shows it: any other answer takes nothing away.
    const isSafe = answer.ok || !hasTyped(form) || come.querySelector(".problem textarea");
    if (!isSafe || !come.getElementById("main")) {
      return toast(`Not taken: ${come.querySelector("h1")?.textContent ?? answer.status}. What you typed is still here.`);
    }
    form.reset();
    form.closest("details.act")?.removeAttribute("open");
    if (answer.redirected && answer.url !== location.href.split("#")[0]) history.pushState(null, "", answer.url);
    show(come);
    document.querySelector(".said, .problem h1")?.scrollIntoView({ block: "nearest" });
  } catch {
    toast("Not sent: the server cannot be reached. What you typed is still here.");
  } finally {
    button?.removeAttribute("disabled");
  }
}

/** Whether a form leaves the page. */
let isSending = false;

/** @param {SubmitEvent} event */
function submitted(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  isSending = form.dataset.quick === undefined;
  if (isSending) return;
  event.preventDefault();
  void send(form);
}

/** @param {KeyboardEvent} event */
function typed(event) {
  const place = event.target;
  if (!(place instanceof HTMLTextAreaElement) || event.key !== "Enter" || event.isComposing || !place.form) return;
  const isWanted = event.ctrlKey || event.metaKey || (place.dataset.enter !== undefined && !event.shiftKey);
  if (!isWanted) return;
  event.preventDefault();
  place.form.requestSubmit();
}

/** @param {MouseEvent} event */
function copied(event) {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const text = document.querySelector(button.dataset.copy ?? "")?.textContent ?? "";
  const was = button.dataset.was ?? button.textContent ?? "";
  button.dataset.was = was;
  void navigator.clipboard.writeText(text).then(() => "copied", () => "select and copy it").then((words) => {
    button.textContent = words;
    setTimeout(() => (button.textContent = was), 2000);
  });
}

let waiting = 0;

/** @param {HTMLTextAreaElement} area */
function preview(area) {
  clearTimeout(waiting);
  waiting = window.setTimeout(async () => {
    const place = document.querySelector(area.dataset.previewInto ?? "");
    if (!place || !area.dataset.preview) return;
    const answer = await fetch(area.dataset.preview, { method: "POST", body: area.value, headers: { "content-type": "text/plain" } }).catch(() => null);
    if (!answer?.ok) return;
    place.replaceChildren(...parsed(await answer.text()).body.childNodes);
  }, 300);
}

/** @param {Event} event */
function changed(event) {
  const place = event.target;
  if (place instanceof HTMLSelectElement) place.dataset.touched = "";
  if (place instanceof HTMLTextAreaElement && place.dataset.preview) preview(place);
}

/**
 * Whether something was typed into a form.
 * @param {Element} form
 */
function hasTyped(form) {
  const fields = form.querySelectorAll("textarea, input:not([type=hidden])");
  return [...fields].some((it) => (it instanceof HTMLTextAreaElement || it instanceof HTMLInputElement) && it.value !== it.defaultValue);
}

/** Shows what only a script can do. */
export function readyForms() {
  for (const button of document.querySelectorAll("button[hidden]")) button.removeAttribute("hidden");
}

export function startForms() {
  addEventListener("submit", submitted);
  addEventListener("keydown", typed);
  addEventListener("click", copied);
  addEventListener("input", changed);
  addEventListener("reset", ({ target }) => {
    const selects = target instanceof HTMLFormElement ? target.querySelectorAll("select") : [];
    for (const select of selects) delete select.dataset.touched;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSending && [...document.querySelectorAll("form[data-guard]")].some(hasTyped)) event.preventDefault();
  });
}
