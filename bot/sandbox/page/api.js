// The sandbox's own JSON API: the page knows nothing else of the world.

async function read(response) {
  const body = await response.json().catch(() => null);
  if (body === null) throw new Error(`The sandbox answered ${response.status} without JSON.`);
  return body;
}

async function get(path, query) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const response = await fetch(`/sandbox/${path}?${new URLSearchParams(known)}`, { cache: "no-store" });
  const body = await read(response);
  if (!response.ok) throw new Error(body.error ?? `The sandbox answered ${response.status}.`);
  return body;
}

async function post(path, body) {
  const response = await fetch(`/sandbox/${path}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  return read(response);
}

export const readState = (as) => get("state", { as });
export const readMessages = (as, channel, thread) => get("messages", { as, channel, thread_ts: thread });
export const readHome = (as) => get("home", { as });
export const readViews = (as) => get("views", { as });
export const moveClock = (as, to) => post("clock", { as, to });

/** Does something as a person; a sandbox that cannot be reached reads like Slack being offline. */
export async function act(as, deed) {
  try {
    return await post("act", { as, ...deed });
  } catch {
    return { ok: false, error: "unreachable", message: "The sandbox is not answering. Is it still running?" };
  }
}

/** Calls onEvent for each change, onReturn after a lost connection came back; returns a function that stops it. */
export function follow(as, onEvent, onReturn) {
  const source = new EventSource(`/sandbox/events?${new URLSearchParams({ as })}`);
  let lost = false;
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => { lost = true; };
  source.onopen = () => {
    if (lost) onReturn();
    lost = false;
  };
  return () => source.close();
}
