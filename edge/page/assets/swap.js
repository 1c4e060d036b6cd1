// Puts new parts into the page: one region that came by itself, or a whole page that was asked for.

import { attributes, morph } from "./morph.js";

/** @type {Array<() => void>} */
const told = [];

/**
 * Calls back now, and after each change.
 * @param {() => void} callback
 */
export function onSwapped(callback) {
  told.push(callback);
  callback();
}

function tell() {
  for (const callback of told) callback();
}

/** The address without its fragment. */
const here = () => location.pathname + location.search;

let shown = here();

/** Whether the page that is shown is that of the address. */
export const isShown = () => shown === here();

/** Counts what is asked for: of two pages that are waited for the later one is meant. */
let turn = 0;

/** @param {string} html */
export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

/**
 * Replaces the element of an id.
 * @param {string} id
 * @param {string} html
 */
export function swap(id, html) {
  const [here, come] = [document.getElementById(id), parsed(html).getElementById(id)];
  if (!here || !come) return false;
  morph(here, come);
  tell();
  return true;
}

/**
 * Makes this page another, unless that is none of ours.
 * @param {Document} come
 */
export function show(come) {
  if (!come.getElementById("main")) return false;
  turn += 1;
  shown = here();
  document.title = come.title;
  attributes(document.body, come.body);
  for (const part of [".pages", ".bar-end", "#palette", "#main"]) {
    const [from, to] = [document.querySelector(part), come.querySelector(part)];
    if (from && to) morph(from, to);
  }
  tell();
  return true;
}

/**
 * Asks for a page and shows it, unless another one is meant by then. Gives whether that went well.
 * @param {string} href
 */
export async function fetched(href) {
  const mine = (turn += 1);
  try {
    const answer = await fetch(href, { headers: { accept: "text/html" } });
    const come = parsed(await answer.text());
    return turn !== mine || (answer.ok && show(come));
  } catch {
    return turn !== mine;
  }
}

/**
 * A short sentence in the corner.
 * @param {string} words
 */
export function toast(words) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const line = document.createElement("div");
  line.className = "toast";
  line.textContent = words;
  place.append(line);
  setTimeout(() => line.remove(), 6000);
}
