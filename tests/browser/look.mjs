// Takes a picture of every page, light, dark and on a phone: `node look.mjs BASE FOLDER [name...]`.
// Prints what axe finds, errors of the page, its nodes and bytes.

import { mkdirSync } from "node:fs";
import { axe, launch, opened } from "./lib/browser.mjs";
import { PLACES } from "./lib/places.mjs";

const [base, folder, ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [width, theme] of [["wide", "light"], ["wide", "dark"], ["phone", "light"], ["phone", "dark"]]) {
  for (const [name, path] of Object.entries(PLACES)) {
    if (names.length && !names.includes(name)) continue;
    const { page, context, wrong } = await opened(browser, base, { width, theme });
    await page.goto(path, { waitUntil: "load" });
    await page.waitForTimeout(200);
    const found = await axe(page);
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const expected = name === "problem" ? wrong.filter((it) => !it.includes("404")) : wrong;
    await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: true });
    if (found.length || expected.length || overflow > 0 || (theme === "light" && width === "wide")) console.log(name, width, theme, `${nodes} nodes`, overflow > 0 ? `overflow ${overflow}` : "", ...found.map((it) => `\n   axe ${it}`), ...expected.map((it) => `\n   ${it}`));
    await context.close();
  }
}
await browser.close();
