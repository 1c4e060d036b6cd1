// The way of somebody on call through the story of the demo, page by page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, missing, opened } from "./lib/browser.mjs";
import { action, api, base } from "./lib/server.mjs";

const skip = missing();
let browser;
before(async () => { if (!skip) browser = await launch(); });
after(async () => browser?.close());

const said = (page) => page.locator(".said").textContent();
const heading = (page) => page.locator("h1").first().textContent();

/** Opens what a word hides, and gives the form in it. */
async function open(page, words) {
  const act = page.locator("details.act").filter({ has: page.locator("summary", { hasText: new RegExp(`^${words}$`) }) }).first();
  await act.locator("summary").click();
  return act;
}

test("the story tells what happened, since when, where, what is innocent, and that it is over", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto("/");
  assert.equal(await heading(page), "Everything flows as usual.");
  await page.getByRole("link", { name: "Incidents", exact: true }).click();
  await page.getByRole("link", { name: "INC-1", exact: true }).click();
  await page.waitForURL("**/incidents/1");
  assert.equal(await heading(page), "screening passed 100\u00a0% of what it received; it usually passes half");
  const lead = await page.locator(".lead").textContent();
  assert.match(lead, /It starts at eligibility \(99\.0.% sure\)/);
  assert.match(lead, /Not the cause: .*deploy of router 1\.4\.2/);
  assert.match(lead, /The flow is as usual again since .*: the restart of eligibility stopped it\./);
  const facts = await page.locator(".facts").textContent();
  assert.match(facts, /Noticed after3 min.*the first person after 12 h/);
  const rows = await page.locator("#r-changes tbody tr").allTextContents();
  assert.ok(rows.some((row) => /no effect.*rollback.*2\.0\.0/.test(row)), rows.join("\n"));
  assert.ok(rows.some((row) => /mitigated.*restart/.test(row)), rows.join("\n"));
  assert.ok(rows.some((row) => /exonerated.*1\.4\.2/.test(row)), rows.join("\n"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("who writes, amends and pins on the timeline finds it there", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto("/incidents/1/timeline");
  const write = page.locator("form.write");
  await write.getByLabel("Your name").fill("mia");
  await write.getByLabel("What happened, or what you see").fill("counted again: all is as usual");
  await page.keyboard.press("Enter");
  await page.locator(".timeline li", { hasText: "counted again" }).waitFor();
  assert.match(await said(page), /It is in the timeline/);
  // From now on the name is known, and entries can be pinned and amended.
  const entry = page.locator(".timeline > li", { hasText: "counted again" });
  await entry.getByRole("button", { name: "Pin" }).click();
  await entry.getByText("pinned").first().waitFor({ state: "attached" });
  await entry.getByRole("link", { name: "Amend" }).click();
  await page.getByLabel("What it is to say").fill("counted again at noon: all is as usual");
  await page.getByRole("button", { name: "Amend it" }).click();
  await page.locator(".timeline > li", { hasText: "counted again at noon" }).first().waitFor();
  const all = await api("incidents/1/entries?limit=1000");
  const kept = all.items.find((it) => it.words.includes("at noon"));
  assert.equal(kept.by, "mia");
  assert.equal(kept.pinned, true);
  assert.deepEqual(kept.before, ["counted again: all is as usual"]);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("an incident is declared, led, mitigated, resolved and closed in forms alone", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto("/");
  let form = await open(page, "Declare an incident");
  await form.getByLabel("Your name").fill("mia");
  await form.getByLabel("What is wrong, in a line?").fill("orders arrive twice");
  await form.getByLabel("How bad?").selectOption("SEV3");
  await form.getByRole("button", { name: "Declare it" }).click();
  await page.waitForURL("**/timeline");
  const id = /incidents\/(\d+)/.exec(page.url())[1];
  form = await open(page, "Take a role");
  await form.getByRole("button", { name: "Take the role" }).click();
  await page.locator("h1", { hasText: "mia leads" }).waitFor();
  form = await open(page, "Record a mitigation");
  await form.getByLabel("What is done?").fill("switch the second consumer off");
  await form.getByLabel("What is it to bring about?").fill("each order arrives once");
  await form.getByRole("button", { name: "Record it" }).click();
  await page.locator(".timeline li", { hasText: "second consumer" }).waitFor();
  form = await open(page, "Check a mitigation");
  await form.getByLabel("How was that seen?").fill("no order came twice for ten minutes");
  await form.getByRole("button", { name: "Record the check" }).click();
  await page.locator(".timeline li", { hasText: "no order came twice" }).waitFor();
  form = await open(page, "It is resolved");
  await form.getByLabel("How is that known?").fill("the consumer is fixed");
  await form.getByRole("button", { name: "It is resolved" }).click();
  await page.locator("h1", { hasText: "It is resolved" }).waitFor();
  form = await open(page, "Close it");
  await form.getByLabel("How is that known?").fill("nothing is left to do");
  await form.getByRole("button", { name: "Close it" }).click();
  await page.locator("h1", { hasText: "It is closed" }).waitFor();
  const { record } = await api(`incidents/${id}`);
  assert.equal(record.status, "closed");
  assert.equal(record.attempts[0].effect, "worked");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a section of the post mortem is written with its look beside it, and exported", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto("/incidents/1/review?section=surprises");
  const area = page.locator("textarea[name=text]");
  await page.locator("#r-edit").getByLabel("Your name").fill("mia");
  await area.fill("An **empty** snapshot means go.\n\n<img src=x onerror=alert(1)>");
  await page.locator("#preview strong", { hasText: "empty" }).waitFor();
  assert.equal(await page.locator("#preview img").count(), 0);
  await page.locator("#r-edit").getByRole("button", { name: "Save" }).click();
  await page.locator("#r-evidence strong", { hasText: "empty" }).waitFor();
  const text = await (await fetch(`${base}/api/v1/incidents/1/postmortem.md`)).text();
  assert.match(text, /An \*\*empty\*\* snapshot means go\./);
  await page.goto("/incidents/1/review");
  await page.getByText("Export", { exact: true }).click();
  await page.getByRole("link", { name: "One page" }).click();
  await page.waitForURL("**/api/v1/incidents/INC-1/postmortem.html");
  assert.match(await heading(page), /INC-1/);
  await page.locator("strong", { hasText: /^empty$/ }).waitFor();
  assert.equal(await page.locator("img, script").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the alert it lacked is proposed, set, and closes its action item", { skip }, async () => {
  const { page, context, wrong } = await opened(browser, base);
  await page.goto("/incidents/1/alert");
  assert.match(await heading(page), /No false alarm in 13\.\d quiet days/);
  await page.locator("#r-rule").getByLabel("Your name").fill("mia");
  await page.getByRole("button", { name: "Set this rule" }).click();
  await page.locator(".said", { hasText: "The rule is set" }).waitFor();
  await page.goto("/alerts");
  assert.match(await heading(page), /1 rule runs beside the learned detector/);
  await page.locator("#r-list").getByRole("link", { name: "R1", exact: true }).click();
  await page.waitForURL("**/alerts/1");
  assert.match(await heading(page), /No false alarm/);
  await page.getByLabel(/Try another bound/).fill("0.55");
  await page.getByRole("button", { name: "Backtest it" }).click();
  await page.waitForURL("**bound=0.55");
  assert.match(await heading(page), /false alarms/);
  await page.goto("/actions");
  const item = page.locator(".item", { hasText: "Add an alert on the share" });
  await item.locator("summary", { hasText: "Done" }).click();
  await item.getByLabel("How is that known?").fill("R1 fires on a replay of INC-1");
  await item.getByRole("button", { name: "It is done" }).click();
  await page.locator("#r-done .item", { hasText: "Add an alert on the share" }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what cannot be taken is shown with all that was typed", { skip }, async () => {
  const { page, context } = await opened(browser, base);
  const board = await context.newPage();
  await page.goto("/actions");
  const form = await open(page, "Add an action item");
  await form.getByLabel("Your name").fill("mia");
  await form.getByLabel(/What is to be done/).fill("monitoring");
  await form.getByLabel("Who", { exact: true }).fill("mia");
  await form.getByLabel("Until").fill("2026-12-24");
  await form.getByLabel(/How will it be known/).fill("it is better");
  await form.getByRole("button", { name: "Add it" }).click();
  await page.locator("h2", { hasText: "What you sent" }).waitFor();
  assert.equal(await page.locator("textarea[name=text]").inputValue(), "monitoring");
  await page.locator("textarea[name=text]").fill("Count the items on both sides of the filter every night");
  await page.locator("textarea[name=done_when]").fill("the job ran on three nights");
  // Meanwhile somebody else adds one: what is typed stays. Whoever looks at the board sees it.
  await board.goto("/actions");
  await action(1, "Look at the filter every morning");
  await board.locator(".item", { hasText: "every morning" }).waitFor();
  await action(1, "Look at the filter every evening");
  await board.locator(".item", { hasText: "every evening" }).waitFor();
  assert.equal(await page.locator("textarea[name=text]").inputValue(), "Count the items on both sides of the filter every night");
  assert.equal(await page.locator("textarea[name=done_when]").inputValue(), "the job ran on three nights");
  await page.getByRole("button", { name: "Send again" }).click();
  await page.locator(".item", { hasText: "both sides of the filter" }).waitFor();
  await context.close();
});
