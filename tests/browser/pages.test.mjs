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
