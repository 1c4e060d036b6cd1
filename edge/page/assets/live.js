// The page as it changes: regions come as server-sent events, and the bar says whether they do.

import { fetched, onSwapped, swap } from "./swap.js";

/** Longer without a sign of life is a connection that is lost. */
const SILENT_MS = 40_000;
/** After so long the whole page is asked for again. */
const LOST_MS = 60_000;

let beat = Date.now();
/** @type {EventSource | undefined} */
let source;
let address = "";

/** @param {"live" | "stale" | "off"} state */
function say(state) {
  document.documentElement.toggleAttribute("data-stale", state === "stale");
  const place = document.getElementById("live");
  if (!place) return;
  // What is said here is ours: a page that is shown does not take it back.
  place.dataset.keep = "";
  const clock = new Date(beat).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = { live: "live", stale: `connection lost, showing ${clock}`, off: "" }[state];
  place.dataset.state = state;
  if (place.textContent !== words) place.textContent = words;
}

function alive() {
  const wasLost = Date.now() - beat > LOST_MS;
  beat = Date.now();
  say("live");
  if (wasLost) void fetched(location.href);
}

/** @param {MessageEvent} event */
function swapped(event) {
  alive();
  const { id, html } = JSON.parse(event.data);
  if (!swap(id, html)) void fetched(location.href);
}

function connect() {
  const wanted = document.body.dataset.live;
  const page = wanted?.replace(/&v=.*/, "");
  if (page === address) return;
  source?.close();
  source = undefined;
  address = page ?? "";
  if (!wanted) return say("off");
  source = new EventSource(wanted);
  source.addEventListener("open", alive);
  source.addEventListener("beat", alive);
  source.addEventListener("swap", swapped);
  source.addEventListener("reload", () => void fetched(location.href));
  source.addEventListener("error", () => say("stale"));
}

/** Follows the page, and any other page that takes its place. */
export function follow() {
  onSwapped(connect);
  setInterval(() => {
    if (source && Date.now() - beat > SILENT_MS) say("stale");
  }, 5000);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    address = "";
    connect();
  });
}
