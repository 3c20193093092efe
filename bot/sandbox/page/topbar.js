// The bar on top: history, the workspace's clock, and who one acts as.

import { h, icon } from "./dom.js";
import { toggleMenu } from "./menu.js";
import { avatar, nameOf, store } from "./store.js";
import { tomorrowAt } from "./when.js";

const JUMPS = [
  ["Next Monday 09:00", () => "monday 09:00"], ["Tomorrow 09:00", () => tomorrowAt("09:00")], ["+10 minutes", () => "+10m"], ["+1 hour", () => "+1h"],
];

function people(actAs) {
  return store.state.users.filter((user) => !user.is_bot && !user.deleted).map((user) => ({
    label: nameOf(user.id), note: [user.title, user.is_restricted && "Guest"].filter(Boolean).join(" · ") || null,
    lead: avatar(user.id, 28), chosen: user.id === store.as, run: () => actAs(user.id),
  }));
}

/** Draws the bar; actAs(userId) and jump(to) carry out what is chosen. */
export function drawTopbar({ actAs, jump }) {
  const { clock, me } = store.state;
  const bar = document.getElementById("topbar");
  if (!bar.firstChild) {
    const step = (name, label, by) => h("button", { type: "button", class: "top-button", "aria-label": label, title: label, on: { click: () => history.go(by) } }, icon(name));
    const time = h("button", { type: "button", class: "top-chip clock-chip", id: "clock", "aria-haspopup": "menu", "aria-expanded": "false" });
    const who = h("button", { type: "button", class: "top-chip who-chip", id: "act-as", "aria-haspopup": "menu", "aria-expanded": "false" });
    time.addEventListener("click", () => toggleMenu(time, "Move the clock", ["Move the clock to", ...JUMPS.map(([label, to]) => ({ label, run: () => jump(to()) }))]));
    who.addEventListener("click", () => toggleMenu(who, "Act as", ["See the workspace as", ...people(actAs)]));
    bar.replaceChildren(h("div", { class: "top-left" }, step("back", "Back", -1), step("forward", "Forward", 1)),
      h("div", { class: "top-mid" }, time), h("div", { class: "top-right" }, who));
  }
  document.getElementById("clock").replaceChildren(icon("clock", 16), h("span", null, clock.text), clock.moved ? h("span", { class: "moved" }, "moved") : "", icon("down", 14));
  document.getElementById("clock").setAttribute("aria-label", `Workspace clock: ${clock.text}. Move it`);
  document.getElementById("act-as").replaceChildren(h("span", { class: "act-word" }, "Act as"), avatar(me.id, 22), h("span", null, nameOf(me.id)), icon("down", 14));
  document.getElementById("act-as").setAttribute("aria-label", `Act as: ${nameOf(me.id)}. Change the person`);
}
