// What the script must not take away: a page that was asked for, what is typed, where somebody reads.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bridge } from "./lib/bridge.mjs";
import { launch, missing, opened } from "./lib/browser.mjs";
import { HOP } from "./lib/places.mjs";
import { action, api, base, incident } from "./lib/server.mjs";

const skip = missing();
let browser;
before(async () => { if (!skip) browser = await launch(); });
after(async () => browser?.close());

/** Tells a change that every chart of the hop shows, and gives the word by which it is found. */
async function change(at) {
  const version = `v${Date.now()}`;
  await api("changes", { kind: "config", service: "screening", to_version: version, at });
  return version;
}

/** The stretch that the chart of a hop shows, in seconds. */
const stretch = (page) => page.evaluate(() => {
  const { from, to } = JSON.parse(document.querySelector("#f-course script.points").textContent);
  return { from, to };
});

/** Looks closer: drags over the chart between two shares of its width. */
async function drag(page, from, to) {
  const before = page.url();
  const box = await page.locator("#f-course .for-wide svg").first().boundingBox();
  await page.mouse.move(box.x + box.width * from, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 90, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL((url) => url.href !== before);
}

/** Whether the document is still the one that was marked: one that was loaded again has no mark. */
const mark = (page) => page.evaluate(() => { window.marked = true; });
const isMarked = (page) => page.evaluate(() => window.marked === true);

test("a stretch that is looked at closer stays while the page it came from changes", { skip }, async () => {
  const one = await opened(browser, base);
  const other = await opened(browser, base);
  for (const { page } of [one, other]) {
    await page.goto(HOP);
    await page.locator("#live[data-state=live]").waitFor();
  }
  const whole = await stretch(one.page);
  // What the bar need not change is left as it is, with whatever the reader does in it.
  await one.page.evaluate(() => { document.querySelector(".bar .menu").marked = true; });
  await drag(one.page, 0.4, 0.7);
  await one.page.locator("#live").waitFor({ state: "detached" });
  assert.ok(await one.page.evaluate(() => document.querySelector(".bar .menu").marked));
  const closer = await stretch(one.page);
  assert.ok(closer.to - closer.from < (whole.to - whole.from) / 2, JSON.stringify(closer));
  // Twice, since one who follows may be a step behind the other.
  let version = "";
  for (const at of ["2026-11-27T18:40:00Z", "2026-11-27T18:45:00Z"]) {
    version = await change(at);
    await other.page.locator("#f-course", { hasText: version }).first().waitFor();
  }
  assert.deepEqual(await stretch(one.page), closer);
  // Back it is followed again, and has what came meanwhile.
  await one.page.goBack();
  await one.page.locator("#live[data-state=live]").waitFor();
  await one.page.locator("#f-course", { hasText: version }).first().waitFor();
  assert.equal((await stretch(one.page)).from, whole.from);
  assert.deepEqual([...one.wrong, ...other.wrong], []);
  await one.context.close();
  await other.context.close();
});

test("a chart that is swapped is listened to once, and stays in the reader's hands", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto(HOP);
  await page.locator("#live[data-state=live]").waitFor();
  const figure = page.locator("#f-course");
  const read = async (key) => {
    await page.keyboard.press(key);
    return figure.locator(".read").textContent();
  };
  const points = await page.evaluate(() => JSON.parse(document.querySelector("#f-course script.points").textContent).points.map((it) => it[2]));
  await figure.focus();
  assert.equal(await read("Home"), points[0]);
  assert.equal(await read("PageDown"), points[24]);
  const line = await figure.locator(".for-wide .reading").boundingBox();
  assert.ok(line.height > 100, `the place that is read is marked: ${JSON.stringify(line)}`);
  const version = await change("2026-11-27T18:42:00Z");
  await page.locator("#f-course", { hasText: version }).first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-course");
  assert.equal(await read("PageDown"), points[48]);
  // A drag is one step back, however often the chart was another.
  await drag(page, 0.3, 0.8);
  await page.locator("#live").waitFor({ state: "detached" });
  const steps = await page.evaluate(() => history.length);
  await drag(page, 0.3, 0.8);
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => history.length), steps + 1);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("Back over a fragment asks for nothing, and what cannot be had is said, not left", { skip }, async () => {
  const way = await bridge(base);
  const { page, context } = await opened(browser, way.base);
  await page.goto(HOP);
  await mark(page);
  const asked = [];
  page.on("request", (request) => { if (["document", "fetch"].includes(request.resourceType())) asked.push(request.url()); });
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**#main");
  await page.goBack();
  await page.waitForURL((url) => !url.hash);
  await page.waitForTimeout(300);
  assert.deepEqual(asked, []);
  await drag(page, 0.4, 0.7);
  await page.locator("#live").waitFor({ state: "detached" });
  const closer = await stretch(page);
  way.cut();
  await page.goBack();
  await page.locator(".toast", { hasText: "did not come" }).waitFor();
  assert.ok(await isMarked(page));
  assert.deepEqual(await stretch(page), closer);
  // Forward leads to what is shown still.
  await page.goForward();
  way.mend();
  await page.goBack();
  await page.locator("#live").waitFor();
  assert.ok((await stretch(page)).to - (await stretch(page)).from > closer.to - closer.from);
  assert.ok(await isMarked(page));
  await context.close();
  way.close();
});

test("of two pages that are asked for the later one is shown, whichever comes first", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto(HOP);
  const whole = await stretch(page);
  await drag(page, 0.2, 0.8);
  await page.locator("#live").waitFor({ state: "detached" });
  const between = new URL(page.url()).search;
  await drag(page, 0.3, 0.6);
  await page.locator("a.button", { hasText: /^Now$/ }).waitFor();
  // The page between is asked for first and comes last.
  let release = () => {};
  const held = new Promise((done) => { release = done; });
  await page.route((url) => url.search === between, async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer });
  });
  const isBetween = (one) => new URL(one.url()).search === between;
  const asked = page.waitForRequest(isBetween);
  const late = page.waitForResponse(isBetween);
  await page.goBack();
  await asked;
  await page.goBack();
  await page.locator("#live").waitFor();
  assert.deepEqual(await stretch(page), whole);
  release();
  await (await late).finished();
  // What came late would be shown by the next task.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
  assert.deepEqual(await stretch(page), whole);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what is typed stays when the answer is none of ours, or a page that does not show it", { skip }, async () => {
  const { page, context } = await opened(browser, base);
  const number = await incident("typed");
  await page.goto(`/incidents/${number}/timeline`);
  await mark(page);
  const write = page.locator("form.write");
  const area = write.locator("textarea");
  await write.getByLabel("Your name").fill("mia");
  await area.fill("three lines that took a while");
  await write.locator("select").selectOption({ index: 1 });
  let answer = { status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" };
  await page.route("**/do/**", (route) => route.fulfill(answer));
  const add = write.getByRole("button", { name: "Add" });
  await add.click();
  await page.locator(".toast", { hasText: "Not taken: Bad Gateway" }).waitFor();
  assert.equal(await area.inputValue(), "three lines that took a while");
  // A page of ours that has lost it, as where a token is asked for.
  const lost = await (await fetch(`${base}/services/nowhere`, { headers: { accept: "text/html" } })).text();
  answer = { status: 401, contentType: "text/html", body: lost.replace(/<h1>.*?<\/h1>/, "<h1>A token is needed</h1>") };
  await add.click();
  await page.locator(".toast", { hasText: "Not taken: A token is needed" }).waitFor();
  assert.equal(await area.inputValue(), "three lines that took a while");
  await page.unroute("**/do/**");
  await add.click();
  await page.locator(".timeline li", { hasText: "three lines that took a while" }).waitFor();
  assert.equal(await area.inputValue(), "");
  assert.ok(await isMarked(page));
  // What was chosen went with it: the choice is the page's again.
  assert.equal(await page.locator("select[data-touched]").count(), 0);
  assert.equal(await write.locator("select").evaluate((it) => it.selectedIndex), 0);
  await context.close();
});

test("a refused form stays while others write, and is followed no more", { skip }, async () => {
  const one = await opened(browser, base);
  const other = await opened(browser, base);
  const number = await incident("refused");
  await one.page.goto("/actions");
  await other.page.goto("/actions");
  const act = one.page.locator("details.act").filter({ has: one.page.locator("summary", { hasText: /^Add an action item$/ }) });
  await act.locator("summary").click();
  await act.getByLabel("Your name").fill("mia");
  await act.getByLabel(/What is to be done/).fill("monitoring");
  await act.getByLabel("Who", { exact: true }).fill("mia");
  await act.getByLabel("Until").fill("2026-12-24");
  await act.getByLabel(/How will it be known/).fill("it is better");
  await act.getByRole("button", { name: "Add it" }).click();
  await one.page.locator("h2", { hasText: "What you sent" }).waitFor();
  assert.equal(await one.page.locator("#live").count(), 0);
  assert.equal(await one.page.evaluate(() => document.body.dataset.live), undefined);
  await one.page.locator("textarea[name=text]").fill("Count both sides");
  for (const text of ["Write down the first figure", "Write down the second figure"]) {
    await action(number, text);
    await other.page.locator(".item", { hasText: text }).waitFor();
  }
  assert.equal(await one.page.locator("textarea[name=text]").inputValue(), "Count both sides");
  // The palette still opens, by its button too.
  await one.page.locator("[data-palette]").click();
  await one.page.locator("dialog[open] input").waitFor();
  await one.context.close();
  await other.context.close();
});

test("> and < on the board open what gives the picked action another state", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  const number = await incident("board");
  const text = `Turn the ${number} valves`;
  await action(number, text);
  await page.goto("/");
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  assert.equal(await page.locator("dialog kbd", { hasText: "<" }).count(), 0);
  await page.goto("/actions");
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog kbd", { hasText: "< >" }).count(), 1);
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  /** Walks to the row of our action. */
  const walk = async () => {
    for (let n = 0; n < 50; n += 1) {
      await page.keyboard.press("j");
      if (await page.locator("[data-picked]", { hasText: text }).count()) return;
    }
    assert.fail("no such row");
  };
  const send = async (why, word) => {
    const act = page.locator("[data-picked] details.act[open]");
    assert.ok(await act.evaluate((it) => it.contains(document.activeElement)));
    const name = act.getByLabel("Your name");
    if (await name.count()) await name.fill("mia");
    await act.locator("textarea").fill(why);
    await act.getByRole("button", { name: word }).click();
  };
  await walk();
  await page.keyboard.press(">");
  await send("all are turned", "It is done");
  await page.locator("#r-done .item", { hasText: text }).waitFor();
  await page.goto("/actions");
  await walk();
  await page.keyboard.press(">");
  assert.equal(await page.locator("details.act[open]").count(), 0);
  await page.keyboard.press("<");
  await send("one turned back", "Open it again");
  await page.locator("#r-open .item", { hasText: text }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});
