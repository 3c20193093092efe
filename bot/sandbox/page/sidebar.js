// The aubergine side: the rail of views and the list of channels, people and apps.

import { h, icon } from "./dom.js";
import { appChannel, avatar, isApp, nameOf, store } from "./store.js";

const folded = new Set();
const badge = (count) => count > 0 && h("span", { class: "unread", "aria-label": `${count} unread` }, count > 99 ? "99+" : String(count));

function row({ href, lead, name, current, unread, badged, note }) {
  return h("a", { href, class: `row${unread ? " has-unread" : ""}`, "aria-current": current ? "page" : null }, lead, h("span", { class: "row-name" }, name, note && h("span", { class: "row-note" }, note)), badged && badge(unread));
}

function group(title, rows, redraw) {
  if (!rows.length) return null;
  const shut = folded.has(title);
  const toggle = () => {
    if (!folded.delete(title)) folded.add(title);
    redraw();
  };
  return h("section", { class: "group" },
    h("button", { type: "button", class: "group-head", "aria-expanded": String(!shut), on: { click: toggle } }, icon(shut ? "right" : "down", 16), title),
    rows.filter((one) => !shut || one.current || one.unread).map(row));
}

const face = (id) => h("span", { class: "face" }, avatar(id, 20), !isApp(id) && h("span", { class: "presence", "aria-hidden": "true" }));

/** Draws the rail and the sidebar. `place` is the channel id shown, or "home"; `only` is "all" or "dms". */
export function drawSidebar(place, only, choose) {
  const { state } = store;
  const redraw = () => drawSidebar(place, only, choose);
  const rail = document.getElementById("rail");
  const views = [["all", "Home", "home"], ["dms", "DMs", "dms"]].map(([key, label, mark]) =>
    h("button", { type: "button", class: "rail-button", "aria-pressed": String(only === key), on: { click: () => choose(key) } }, h("span", { class: "rail-icon" }, icon(mark, 20)), label));
  rail.replaceChildren(h("span", { class: "team-mark", title: state.team.name, "aria-hidden": "true" }, [...state.team.name][0] ?? "S"), ...views,
    h("span", { class: "rail-space" }), h("span", { class: "face", title: nameOf(store.as) }, avatar(store.as, 36), h("span", { class: "presence" })));

  const inApp = place === "home" || (appChannel() && place === appChannel().id);
  const rooms = state.channels.filter((one) => one.kind !== "im" && one.is_member).map((one) => ({
    href: `#${one.id}`, lead: icon(one.kind === "private" ? "lock" : "hash", 16), name: one.name, current: one.id === place, unread: one.unread, badged: false,
  }));
  const talks = state.channels.filter((one) => one.kind === "im" && one.user !== state.app?.user_id).map((one) => ({
    href: `#${one.id}`, lead: face(one.user), name: nameOf(one.user), note: one.user === store.as ? "you" : null, current: one.id === place, unread: one.unread, badged: true,
  }));
  const apps = state.app ? [{
    href: appChannel() && (only === "dms" || appChannel().unread) ? `#${appChannel().id}` : "#home", lead: face(state.app.user_id), name: state.app.name, current: inApp, unread: appChannel()?.unread ?? 0, badged: true,
  }] : [];

  const sidebar = document.getElementById("sidebar");
  const [at, key] = [sidebar.scrollTop, sidebar.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null];
  sidebar.replaceChildren(h("div", { class: "team-name" }, only === "dms" ? "Direct messages" : state.team.name),
    ...[only === "all" && group("Channels", rooms, redraw), group("Direct messages", talks, redraw), group("Apps", apps, redraw)].filter(Boolean));
  sidebar.scrollTop = at;
  if (key) [...sidebar.querySelectorAll("a")].find((link) => link.getAttribute("href") === key)?.focus();
}
