// Every page, light, dark, wide and on a phone: nothing that axe finds, no error, no request elsewhere, and within
// its budget (docs/reference/web.md).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { axe, launch, missing, opened } from "./lib/browser.mjs";
import { PLACES } from "./lib/places.mjs";
import { base } from "./lib/server.mjs";

const skip = missing();
let browser;
before(async () => { if (!skip) browser = await launch(); });
after(async () => browser?.close());

for (const width of ["wide", "phone"]) {
  for (const theme of ["light", "dark"]) {
    test(`every page, ${width}, ${theme}`, { skip }, async (t) => {
      for (const [name, path] of Object.entries(PLACES)) {
        await t.test(name, async () => {
          const { page, context, wrong } = await opened(browser, base, { width, theme });
          await page.goto(path, { waitUntil: "load" });
          await page.locator("h1").first().waitFor();
          assert.deepEqual(await axe(page), []);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(over <= 0, `it is ${over} px wider than the window`);
          // That there is no such service is said with 404, which the browser calls an error.
          assert.deepEqual(wrong.filter((it) => name !== "problem" || !it.includes("404")), []);
          await context.close();
        });
      }
    });
  }
}

test("every page keeps its budget", { skip }, async (t) => {
  for (const [name, path] of Object.entries(PLACES)) {
    await t.test(name, async () => {
      const answer = await fetch(base + path, { headers: { accept: "text/html" } });
      const text = await answer.text();
      const bytes = gzipSync(text, { level: 1 }).length;
      const nodes = (text.match(/<[a-z]/g) ?? []).length;
      assert.ok(bytes <= 40_000, `${bytes} bytes`);
      assert.ok(nodes <= 1_500, `${nodes} nodes`);
    });
  }
  const page = await (await fetch(base + "/", { headers: { accept: "text/html" } })).text();
  const scripts = [...page.matchAll(/"(\/assets\/[^"]+\.js[^"]*)"/g)].map((it) => it[1]);
  const style = page.match(/"(\/assets\/[^"]+\.css[^"]*)"/)[1];
  const packed = async (path) => gzipSync(await (await fetch(base + path)).text()).length;
  let script = 0;
  for (const path of new Set(scripts)) script += await packed(path);
  assert.ok(script <= 12_000, `scripts of ${script} bytes`);
  assert.ok((await packed(style)) <= 8_000);
});

test("the picture of the reader's choice is the first that is drawn", { skip }, async () => {
  const { page, context } = await opened(browser, base, { theme: "light" });
  await page.goto("/");
  await page.locator(".menu > summary").click();
  await page.getByLabel("dark").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForLoadState();
  const answer = await page.request.get(base + "/incidents/1");
  assert.match(await answer.text(), /<html lang="en" data-theme="dark"/);
  await context.close();
});

for (const scheme of ["light", "dark"]) {
  test(`in the colours of the reader's system, ${scheme}, all that matters can be told apart`, { skip }, async () => {
    const { page, context } = await opened(browser, base, { theme: scheme, forcedColors: "active" });
    // A choice that they made before is none against the system.
    const other = scheme === "light" ? "dark" : "light";
    await context.addCookies([{ name: "highwater_theme", value: other, url: base }]);
    const style = (locator, what) => locator.first().evaluate((it, name) => getComputedStyle(it)[name], what);
    const chapters = { now: "Now", story: "Incidents", hop: "Flow", flow: "Flow", timeline: "Incidents" };
    for (const [name, chapter] of Object.entries(chapters)) {
      await page.goto(PLACES[name], { waitUntil: "load" });
      assert.equal(await page.locator("html").getAttribute("data-theme"), other);
      assert.deepEqual(await axe(page), [], name);
      const [canvas, ...inks] = await page.evaluate(() => ["Canvas", "CanvasText", "LinkText"].map((it) => {
        document.body.style.color = it;
        const { color } = getComputedStyle(document.body);
        document.body.style.color = "";
        return color;
      }));
      // Words in pictures are in the system's inks, or in its ground on a mark.
      const fills = await page.locator("figure svg text").evaluateAll((all) => [...new Set(all.map((it) => getComputedStyle(it).fill))]);
      assert.ok(name === "timeline" || fills.length > 0);
      assert.deepEqual(fills.filter((it) => ![canvas, ...inks].includes(it)), [], name);
      // Of the pages of the bar only this one is underlined.
      const under = "borderBottomColor";
      assert.equal(await style(page.locator(".pages a", { hasText: chapter }), under), inks[0]);
      assert.equal(await style(page.locator(".pages a", { hasText: "Record" }), under), "rgba(0, 0, 0, 0)");
      // A row that is picked, and a choice of the palette, have another ground.
      await page.keyboard.press("j");
      const ground = async (locator) => {
        const colour = await style(locator, "backgroundColor");
        return colour === "rgba(0, 0, 0, 0)" ? canvas : colour;
      };
      const row = page.locator("tr[data-picked] td, li[data-picked]");
      if (await row.count()) assert.notEqual(await ground(row), canvas, name);
      await page.keyboard.press("Control+k");
      const choices = page.locator("#palette-list li");
      assert.notEqual(await ground(choices), await ground(choices.nth(1)));
      await page.keyboard.press("Escape");
    }
    await page.goto(PLACES.story);
    // A filled chip stays filled, and its word and shape are not of the colour of its ground.
    const chip = page.locator("#r-changes .chip.mitigated");
    const filled = await style(chip, "backgroundColor");
    assert.notEqual(filled, await style(chip, "color"));
    assert.notEqual(filled, await style(chip.locator(".glyph path"), "stroke"));
    assert.notEqual(filled, await style(page.locator("#r-changes .chip.exonerated"), "backgroundColor"));
    // So does the hatch: its stripes are not of the colour of its ground.
    const hatch = page.locator("#f-map .for-wide pattern");
    assert.notEqual(await style(hatch.locator("rect"), "fill"), await style(hatch.locator("path"), "stroke"));
    // And the mark of the focus stands out from the page.
    await page.locator("#f-course").focus();
    await page.keyboard.press("Home");
    assert.equal(await style(page.locator("#f-course"), "outlineStyle"), "solid");
    assert.notEqual(await style(page.locator("#f-course"), "outlineColor"), await style(page.locator("body"), "backgroundColor"));
    await context.close();
  });
}
