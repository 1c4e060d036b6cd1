// What the script adds to pages that work without it: changes as they happen, keys, a palette, charts that are
// read aloud, and forms that do not lose the page. Each part stands in a module of its own.

import { readCharts } from "./charts.js";
import { startForms, readyForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { follow } from "./live.js";
import { startPalette } from "./palette.js";
import { fetched, onSwapped } from "./swap.js";

/** Makes times those of the reader's clock: the server is told once, and the page comes again. */
function agreeOnZone() {
  const told = /(?:^|; )highwater_zone=([^;]*)/.exec(document.cookie)?.[1];
  const here = String(-new Date().getTimezoneOffset());
  if (here === document.body.dataset.zone || told === here) return;
  document.cookie = `highwater_zone=${here}; path=/; max-age=31536000; samesite=strict`;
  void fetched(location.href);
}

onSwapped(readyForms);
onSwapped(readCharts);
startForms();
startKeys();
startPalette();
follow();
agreeOnZone();
