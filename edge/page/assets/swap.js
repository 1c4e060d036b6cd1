// Puts new parts into the page: one region that came by itself, or a whole page that was asked for.

import { morph } from "./morph.js";

/** @type {Array<() => void>} */
const told = [];

/**
 * Calls back after each change.
 * @param {() => void} callback
 */
export function onSwapped(callback) {
  told.push(callback);
}

function tell() {
  for (const callback of told) callback();
}

/** @param {string} html */
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

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
 * Makes this page another: its main part, its title, the bar.
 * @param {Document} come
 */
export function show(come) {
  const [here, there] = [document.getElementById("main"), come.getElementById("main")];
  if (!here || !there) return false;
  document.title = come.title;
  for (const { name, value } of come.body.attributes) document.body.setAttribute(name, value);
  const [nav, itsNav] = [document.querySelector(".pages"), come.querySelector(".pages")];
  if (nav && itsNav) morph(nav, itsNav);
  morph(here, there);
  tell();
  return true;
}

/**
 * Asks for a page and shows it. What fails is left to the browser.
 * @param {string} href
 */
export async function fetched(href) {
  try {
    const answer = await fetch(href, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || !show(parsed(await answer.text()))) throw new Error(String(answer.status));
    return true;
  } catch {
    return false;
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
