// Charts by keyboard and pointer: arrows read the points aloud, a drag looks closer, and the Back button goes back.

import { fetched, isShown, toast } from "./swap.js";

/** @typedef {{ from: number, to: number, points: Array<[number, number | null, string]> }} Points */
/** @typedef {{ figure: HTMLElement, svg: SVGSVGElement, plot: DOMRect, data: Points }} Chart */

const SVG = "http://www.w3.org/2000/svg";
/** Points that a page key passes. */
const PAGE = 24;
/** A shorter drag is a click. */
const DRAG_PX = 8;

/** @param {HTMLElement} figure */
function read(figure) {
  const text = figure.querySelector("script.points")?.textContent;
  const svg = [...figure.querySelectorAll("svg")].find((it) => it.getClientRects().length > 0);
  const area = svg?.querySelector(".plot-area");
  if (!text || !svg || !(area instanceof SVGGraphicsElement)) return undefined;
  /** @type {Points} */
  const data = JSON.parse(text);
  return data.points.length ? { figure, svg, plot: area.getBBox(), data } : undefined;
}

/**
 * Where a time lies in the picture.
 * @param {Chart} chart
 * @param {number} second
 */
function x(chart, second) {
  const { from, to } = chart.data;
  return chart.plot.x + ((second - from) / Math.max(1, to - from)) * chart.plot.width;
}

/**
 * The time at a place of the screen.
 * @param {Chart} chart
 * @param {number} clientX
 */
function second(chart, clientX) {
  const box = chart.svg.getBoundingClientRect();
  const inside = ((clientX - box.left) / box.width) * chart.svg.viewBox.baseVal.width;
  const share = Math.max(0, Math.min(1, (inside - chart.plot.x) / chart.plot.width));
  return chart.data.from + share * (chart.data.to - chart.data.from);
}

/**
 * Draws a mark into the picture, once per class.
 * @param {Chart} chart
 * @param {string} name
 * @param {string} mark
 * @param {Record<string, number>} attributes
 */
function draw(chart, name, mark, attributes) {
  let line = chart.svg.querySelector(`.${mark}`);
  if (!line) {
    line = document.createElementNS(SVG, name);
    line.setAttribute("class", mark);
    chart.svg.append(line);
  }
  for (const [key, value] of Object.entries(attributes)) line.setAttribute(key, String(value));
}

/** @param {HTMLElement} figure */
function clear(figure) {
  for (const mark of figure.querySelectorAll("svg .reading, svg .zoom")) mark.remove();
  const place = figure.querySelector(".read");
  if (place) place.textContent = "";
}

/**
 * Reads a point aloud.
 * @param {Chart} chart
 * @param {number} at
 */
function pick(chart, at) {
  const point = chart.data.points[at];
  const place = chart.figure.querySelector(".read");
  if (!point || !place) return;
  place.textContent = point[2];
  const at_px = x(chart, point[0]);
  draw(chart, "line", "reading", { x1: at_px, x2: at_px, y1: chart.plot.y, y2: chart.plot.y + chart.plot.height });
}

/**
 * The point nearest to a place of the screen.
 * @param {Chart} chart
 * @param {number} clientX
 */
function nearest(chart, clientX) {
  const wanted = second(chart, clientX);
  const far = chart.data.points.map(([at]) => Math.abs(at - wanted));
  return far.indexOf(Math.min(...far));
}

/** @type {Record<string, (at: number, last: number) => number>} */
const STEPS = {
  ArrowRight: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  PageDown: (at) => at + PAGE,
  PageUp: (at) => at - PAGE,
  Home: () => 0,
  End: (_, last) => last,
};

/** @param {number} at */
const rfc3339 = (at) => new Date(Math.round(at) * 1000).toISOString().replace(".000Z", "Z");

/**
 * Looks at a stretch: on the page that shows it, which may be this one.
 * @param {string} page
 * @param {number} from
 * @param {number} to
 */
async function look(page, from, to) {
  const url = new URL(page, location.href);
  url.searchParams.set("from", rfc3339(Math.min(from, to)));
  url.searchParams.set("to", rfc3339(Math.max(from, to)));
  if (url.pathname !== location.pathname) return location.assign(url.href);
  history.pushState(null, "", url);
  if (!(await fetched(url.href))) location.assign(url.href);
}

/**
 * @param {Chart} chart
 * @param {PointerEvent} start
 */
function drag(chart, start) {
  const isFar = (/** @type {PointerEvent} */ event) => Math.abs(event.clientX - start.clientX) > DRAG_PX;
  const move = (/** @type {PointerEvent} */ event) => {
    if (!isFar(event)) return;
    const [a, b] = [x(chart, second(chart, start.clientX)), x(chart, second(chart, event.clientX))];
    draw(chart, "rect", "zoom", { x: Math.min(a, b), y: chart.plot.y, width: Math.abs(b - a), height: chart.plot.height });
  };
  const end = (/** @type {PointerEvent} */ event) => {
    removeEventListener("pointermove", move);
    chart.svg.querySelector(".zoom")?.remove();
    if (isFar(event)) void look(chart.figure.dataset.zoom ?? "", second(chart, start.clientX), second(chart, event.clientX));
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
}

/** Figures that are listened to, whatever comes to stand in them. */
const heard = new WeakSet();

/** @param {HTMLElement} figure */
function ready(figure) {
  if (!figure.querySelector("script.points")) return;
  figure.tabIndex = 0;
  if (heard.has(figure)) return;
  heard.add(figure);
  let at = -1;
  figure.addEventListener("keydown", (event) => {
    const chart = read(figure);
    if (!chart || event.target !== figure) return;
    const step = STEPS[event.key];
    if (event.key === "Escape") clear(figure);
    if (!step) return;
    event.preventDefault();
    const last = chart.data.points.length - 1;
    at = Math.max(0, Math.min(last, step(at, last)));
    pick(chart, at);
  });
  figure.addEventListener("pointermove", (event) => {
    const chart = event.target instanceof Element && event.target.closest("svg") ? read(figure) : undefined;
    if (chart) pick(chart, nearest(chart, event.clientX));
  });
  figure.addEventListener("pointerleave", () => clear(figure));
  figure.addEventListener("blur", () => clear(figure));
  figure.addEventListener("pointerdown", (event) => {
    const isLink = event.target instanceof Element && event.target.closest("a, summary, details");
    const chart = event.button === 0 && !isLink && figure.dataset.zoom !== undefined ? read(figure) : undefined;
    if (!chart) return;
    event.preventDefault();
    figure.focus({ preventScroll: true });
    drag(chart, event);
  });
}

/** Readies the charts of the page. */
export function readCharts() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) if (figure instanceof HTMLElement) ready(figure);
}

addEventListener("popstate", async () => {
  if (isShown() || (await fetched(location.href))) return;
  toast("That page did not come: what you see is another. Reload to try again.");
});
