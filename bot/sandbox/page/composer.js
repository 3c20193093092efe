// The message box: Enter sends, "/" offers commands, "@" people, ":" emoji; the format buttons wrap the selection.

import { add, h, icon, newId } from "./dom.js";
import { emojiLike, emojiOf } from "./emoji.js";
import { avatar, store } from "./store.js";

const drafts = new Map();
const people = () => store.state.users.filter((user) => !user.deleted && user.id !== store.state.app?.user_id);
const nameOfUser = (user) => user.real_name || user.name;

function suggestions(text, caret) {
  const before = text.slice(0, caret);
  const command = /^\/\S*$/.exec(before);
  if (command) {
    return (store.state.app?.commands ?? []).filter((one) => one.command.startsWith(command[0])).map((one) => ({
      from: 0, insert: `${one.command} `, lead: h("span", { class: "avatar bot small" }, icon("bolt", 14)),
      label: [h("strong", null, one.command), one.usage_hint && h("span", { class: "usage" }, ` ${one.usage_hint}`)], note: one.description, side: store.state.app.name,
    }));
  }
  const at = /(?:^|\s)@([\p{L}\p{N}._ -]{0,30})$/u.exec(before);
  if (at) {
    const part = at[1].toLowerCase();
    return people().filter((user) => `${nameOfUser(user)} ${user.name}`.toLowerCase().split(/\s+/).some((word) => word.startsWith(part)) || nameOfUser(user).toLowerCase().startsWith(part))
      .slice(0, 8).map((user) => ({ from: before.length - at[1].length - 1, insert: `@${nameOfUser(user)} `, lead: avatar(user.id, 24), label: [h("strong", null, nameOfUser(user))], note: user.title }));
  }
  const colon = /(?:^|\s):([a-z0-9_+-]{2,})$/.exec(before);
  if (!colon) return [];
  return emojiLike(colon[1]).map((name) => ({ from: before.length - colon[1].length - 1, insert: `:${name}: `, lead: h("span", { class: "emoji-lead" }, emojiOf(name)), label: [`:${name}:`] }));
}

/** "@Real Name" → <@U…>, as Slack sends it; & < > are escaped. Commands carry the name beside the id. */
function encode(text, command) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return people().sort((a, b) => nameOfUser(b).length - nameOfUser(a).length)
    .reduce((out, user) => out.replaceAll(`@${nameOfUser(user)}`, command ? `<@${user.id}|${user.name}>` : `<@${user.id}>`), escaped);
}

/** A composer. send({kind, text}) is awaited and answers true when the text may go; `key` remembers an unsent draft. */
export function composer({ key, placeholder, thread = false, send, refuse }) {
  const listId = newId("suggest");
  let offers = [];
  let active = 0;
  const offer = h("ul", { class: "suggest", role: "listbox", id: listId, "aria-label": "Suggestions", hidden: true });
  const box = h("textarea", {
    class: "composer-text", rows: 1, placeholder, "aria-label": placeholder, role: "combobox", "aria-expanded": "false", "aria-controls": listId,
    "aria-autocomplete": "list", spellcheck: "true", on: { input: () => changed(), keydown: (event) => keys(event), blur: () => setTimeout(hide, 120) },
  });
  const button = h("button", { type: "submit", class: "send", "aria-label": "Send now", title: "Send now" }, icon("send", 16));

  function hide() {
    offers = [];
    offer.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function show() {
    offer.replaceChildren(...offers.map((one, at) => h("li", {
      role: "option", id: `${listId}-${at}`, "aria-selected": String(at === active), on: { pointerdown: (event) => { event.preventDefault(); take(at); } },
    }, one.lead, h("span", { class: "suggest-text" }, one.label, one.note && h("span", { class: "suggest-note" }, one.note)), one.side && h("span", { class: "suggest-side" }, one.side))));
    offer.hidden = offers.length === 0;
    box.setAttribute("aria-expanded", String(offers.length > 0));
    if (offers.length) box.setAttribute("aria-activedescendant", `${listId}-${active}`);
  }

  function changed() {
    drafts.set(key, box.value);
    box.style.setProperty("height", "auto");
    box.style.setProperty("height", `${Math.min(220, box.scrollHeight)}px`);
    button.classList.toggle("ready", box.value.trim() !== "");
    offers = suggestions(box.value, box.selectionStart);
    active = 0;
    if (offers.length) show();
    else hide();
  }

  function take(at) {
    const { from, insert } = offers[at];
    const caret = box.selectionStart;
    box.setRangeText(insert, from, caret, "end");
    changed();
    hide();
  }

  function wrap(mark) {
    const [from, to] = [box.selectionStart, box.selectionEnd];
    box.setRangeText(`${mark}${box.value.slice(from, to)}${mark}`, from, to, "select");
    box.setSelectionRange(from + mark.length, to + mark.length);
    box.focus();
    changed();
  }

  function keys(event) {
    if (event.isComposing) return;
    if (offers.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : -1) + offers.length) % offers.length;
      show();
    } else if (offers.length && (event.key === "Tab" || event.key === "Enter")) {
      event.preventDefault();
      const whole = offers[active].insert.trim() === box.value.trim();
      if (event.key === "Enter" && whole) go();
      else take(active);
    } else if (offers.length && event.key === "Escape") {
      event.stopPropagation();
      hide();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      go();
    }
  }

  async function go() {
    const text = box.value.trim();
    if (!text) return;
    const command = /^\/\S/.test(text);
    if (command && thread) {
      refuse(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`);
      return;
    }
    hide();
    box.value = "";
    changed();
    const sent = await send({ kind: command ? "command" : "say", text: encode(text, command) });
    if (!sent && box.value === "") {
      box.value = text;
      changed();
      hide();
    }
  }

  const format = [["B", "Bold", "*"], ["I", "Italic", "_"], ["S", "Strikethrough", "~"], ["</>", "Code", "`"]].map(([face, name, mark]) =>
    h("button", { type: "button", class: `format format-${name.toLowerCase()}`, "aria-label": name, title: name, on: { click: () => wrap(mark) } }, face));
  box.value = drafts.get(key) ?? "";
  const form = h("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); go(); } } },
    h("div", { class: "composer-box" }, box,
      h("div", { class: "composer-foot" }, h("div", { class: "formats" }, format), h("span", { class: "composer-hint" }, "Shift + Enter for a new line"), button)));
  return add(h("div", { class: "composer-wrap" }), [offer, form]);
}
