// What the script adds to pages that work without it: changes as they happen, keys, a palette, charts that are
// read aloud, and forms that do not lose the page. Each part stands in a module of its own; `start` runs once per
// page, `refresh` whenever a part of the page was replaced.

import { readCharts } from "./charts.js";
import { startForms, readyForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { follow } from "./live.js";
import { startPalette } from "./palette.js";
import { fetched, onSwapped } from "./swap.js";

/** Minutes that the reader's clock is ahead of UTC. */
const zone = () => -new Date().getTimezoneOffset();

/** Makes times those of the reader's clock: the server is told once, and the page comes again. */
function agreeOnZone() {
  const told = /(?:^|; )highwater_zone=([^;]*)/.exec(document.cookie)?.[1];
  const here = String(zone());
  if (here === document.body.dataset.zone || told === here) return;
  document.cookie = `highwater_zone=${here}; path=/; max-age=31536000; samesite=strict`;
  void fetched(location.href);
}

/** Lengths of time since an instant, as the server says them. */
function tellAges() {
  for (const place of document.querySelectorAll("[data-age]")) {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - Number(place.getAttribute("data-age"))));
    const minutes = Math.round(seconds / 60);
    const words = seconds < 120 ? `${seconds} s` : minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    place.textContent = `${words} ago`;
  }
}

/** What is to be done with new parts of the page. */
function refresh() {
  readyForms();
  readCharts();
  tellAges();
}

function start() {
  onSwapped(refresh);
  startForms();
  startKeys();
  startPalette();
  follow();
  refresh();
  setInterval(tellAges, 1000);
  agreeOnZone();
}

start();
