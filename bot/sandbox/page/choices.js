// What a select offers.

import { store } from "./store.js";

/** People, channels or options: what a select offers, as {value, text} options or groups of them. */
export function choicesOf(element) {
  const people = store.state.users.filter((user) => !user.deleted && !user.is_bot);
  const channels = store.state.channels.filter((channel) => channel.kind !== "im");
  const asOption = (id, text) => ({ value: id, text: { type: "plain_text", text, emoji: false } });
  const kind = element.type.replace("multi_", "");
  if (kind === "users_select") return people.map((user) => asOption(user.id, user.real_name || user.name));
  const rooms = channels.map((channel) => asOption(channel.id, `#${channel.name}`));
  if (kind === "channels_select") return rooms;
  if (kind === "conversations_select") return [...rooms, ...people.map((user) => asOption(user.id, user.real_name || user.name))];
  return element.option_groups ?? element.options ?? [];
}
