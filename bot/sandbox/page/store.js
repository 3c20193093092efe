// What the page knows: the last state of the sandbox, seen as one person.

import { add, h } from "./dom.js";

export const store = { as: null, state: null, users: new Map(), channels: new Map() };

/** Takes a fresh /sandbox/state answer. */
export function take(state) {
  store.state = state;
  store.as = state.me.id;
  store.users = new Map(state.users.map((user) => [user.id, user]));
  store.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
}

export const userOf = (id) => store.users.get(id);
export const channelOf = (id) => store.channels.get(id);

/** Whether a message of `id` bears the APP badge. */
export const isApp = (id) => id === store.state?.app?.user_id || Boolean(userOf(id)?.is_bot);

/** The name Slack shows: real name, then user name, then the id itself. */
export function nameOf(id) {
  const user = userOf(id);
  if (user) return user.real_name || user.name || id;
  if (id === "USLACKBOT") return "Slackbot";
  return id === store.state?.app?.user_id ? store.state.app.name : (id ?? "Somebody");
}

/** The IANA zone of the person looking, UTC when they have none. */
export const zone = () => store.state?.me?.tz || "UTC";
/** The sandbox's clock in Unix seconds. */
export const now = () => store.state?.clock?.now ?? Date.now() / 1000;
/** The direct message between the person looking and the app, if it was ever opened. */
export const appChannel = () =>
  store.state.channels.find((channel) => channel.kind === "im" && channel.user === store.state.app?.user_id);

function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  if (words.length > 1) return (words[0][0] + words.at(-1)[0]).toUpperCase();
  return [...(words[0] ?? "?")].slice(0, 2).join("").toUpperCase();
}

/** A square with coloured initials; decoration, because the name always stands beside it. */
export function avatar(id, size = 36) {
  const user = userOf(id);
  const color = (user?.color ?? "").replace(/^#/, "");
  const node = h("span", { class: isApp(id) || id === "USLACKBOT" ? "avatar bot" : "avatar", "aria-hidden": "true" });
  node.style.setProperty("--size", `${size}px`);
  if (!isApp(id) && /^[0-9a-f]{6}$/i.test(color)) node.style.setProperty("--tint", `#${color}`);
  return add(node, initials(nameOf(id)));
}
