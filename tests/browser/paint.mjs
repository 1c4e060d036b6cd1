// When a browser first shows something of a page: `node paint.mjs BASE`. Median and most of nine fresh visits.

import { launch, missing, opened } from "./lib/browser.mjs";

const base = process.argv[2];
const why = missing();
if (why) {
  console.log(`First paint was not measured: ${why}`);
  process.exit(0);
}
const browser = await launch();
console.log("\n| page | first contentful paint, median ms | most |\n|---|---|---|");
for (const path of ["/", "/incidents/1", "/flow?all=1"]) {
  const times = [];
  for (let n = 0; n < 9; n += 1) {
    const { page, context } = await opened(browser, base);
    await page.goto(path, { waitUntil: "load" });
    times.push(await page.evaluate(() => new Promise((done) => {
      new PerformanceObserver((list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint) done(paint.startTime);
      }).observe({ type: "paint", buffered: true });
    })));
    await context.close();
  }
  times.sort((a, b) => a - b);
  console.log(`| \`${path}\` | ${Math.round(times[4])} | ${Math.round(times[8])} |`);
}
await browser.close();
