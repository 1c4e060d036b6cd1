// A browser for the tests: Debian's Chromium, driven by Playwright, that fails on what no user should meet.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const PATH = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Whether there is a browser; why not, if there is none. */
export function missing() {
  if (existsSync(PATH)) return false;
  const why = `no Chromium at ${PATH}: install it with "apt-get install chromium", or set CHROMIUM`;
  if (process.env.HIGHWATER_DEMAND_ALL) throw new Error(why);
  return why;
}

export const launch = () => chromium.launch({ executablePath: PATH, args: FLAGS });

export const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/**
 * A page that collects whatever goes wrong on it: errors, and requests to other hosts.
 */
export async function opened(browser, base, { width = "wide", theme = "light", script = true, ...more } = {}) {
  const context = await browser.newContext({
    viewport: WIDTHS[width], colorScheme: theme, reducedMotion: "reduce", javaScriptEnabled: script,
    extraHTTPHeaders: { accept: "text/html,*/*" }, baseURL: base, timezoneId: "UTC", ...more,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (said) => { if (said.type() === "error") wrong.push(`console: ${said.text()}`); });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) wrong.push(`asks elsewhere: ${request.url()}`);
  });
  return { page, context, wrong };
}

const axeText = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on a page, in words. */
export async function axe(page) {
  // By the debugger, since the page's own policy lets no script in.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axeText });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then(({ violations }) => JSON.stringify(violations.map((it) => it.id + ": " + it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "))))`,
    awaitPromise: true, returnByValue: true,
  });
  await session.detach();
  return JSON.parse(result.value);
}
