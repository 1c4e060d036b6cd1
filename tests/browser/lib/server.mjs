// Where the server of the tests is: HIGHWATER_BASE, with the demo's data in it.

export const base = process.env.HIGHWATER_BASE ?? "http://127.0.0.1:4319";

/** A question to the API. */
export async function api(path, body, method = body ? "POST" : "GET") {
  const answer = await fetch(`${base}/api/v1/${path}`, {
    method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An incident of its own for one test: its number. */
export async function incident(title, by = "mia") {
  const { incident } = await api("incidents", { title, by });
  return Number(incident.id.replace("INC-", ""));
}

/** An action item out of an incident. */
export const action = (number, text) => api("actions", {
  incident: `INC-${number}`, kind: "repair", text, owner: "mia", due: "2026-12-24", done_when: "it was seen on three nights", by: "mia",
});
