// Every page there is, on the data of the demo.

/** The hop on which the story of the demo shows. */
export const HOP = "/flow/screening%7CPOST%20%2Fscreen%7Cworklist%7CPOST%20%2Fitems";

export const PLACES = {
  now: "/",
  flow: "/flow",
  "flow-whole": "/flow?all=1",
  "flow-then": "/flow?at=2026-11-27T09%3A00%3A00Z",
  hop: `${HOP}?from=2026-11-26T12:00:00Z&to=2026-11-27T14:00:00Z`,
  "hop-now": "/flow/screening%7CPOST%20%2Fscreen%7Celigibility%7CPOST%20%2Fdecide",
  service: "/services/eligibility",
  incidents: "/incidents",
  story: "/incidents/1",
  timeline: "/incidents/1/timeline",
  review: "/incidents/1/review",
  "review-edit": "/incidents/1/review?section=impact",
  proposal: "/incidents/1/alert",
  changes: "/changes",
  change: "/changes/14",
  rules: "/alerts",
  actions: "/actions",
  record: "/record",
  knowledge: "/record/knowledge",
  settings: "/settings",
  search: "/search?q=rules",
  "search-none": "/search?q=zzzz",
  problem: "/services/nowhere",
};
