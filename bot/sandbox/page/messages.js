// A list of messages: a channel's, a direct message's or a thread's. Redrawn message by message, block by block.

import { add, h, icon } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { stateOf } from "./fields.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, channelOf, isApp, nameOf, store } from "./store.js";
import { clockTime, dayLabel, fullTime, sameDay } from "./when.js";

const GROUP_SECONDS = 300;
const NEAR_BOTTOM = 80;

const fileLink = (file) => h("a", { class: "file", href: `/files/${file.id}?as=${encodeURIComponent(store.as)}`, download: file.name },
  icon("file", 16), file.title, h("span", { class: "file-size" }, `${Math.ceil(file.size / 1024)} kB`));
const editedMark = () => h("span", { class: "edited" }, "(edited)");
const countReplies = (count) => `${count} ${count === 1 ? "reply" : "replies"}`;

function head(message) {
  return h("div", { class: "message-head" }, h("span", { class: "author" }, nameOf(message.user)), isApp(message.user) && h("span", { class: "badge" }, "APP"),
    h("time", { class: "stamp", title: fullTime(Number(message.ts)) }, clockTime(Number(message.ts))));
}

/** The list of one conversation; `thread` is the ts of its root when it is a thread panel. */
export class MessageList {
  constructor({ channel, thread = null, unread = 0, act, openThread = null }) {
    Object.assign(this, { channel, thread, unread, act, openThread });
    this.rows = new Map();
    this.list = h("div", { class: "message-list", role: "log", "aria-label": "Messages", "aria-live": "off" });
    this.node = h("div", { class: "messages", tabindex: "-1" }, this.list);
    this.newFrom = undefined;
  }

  /** Draws the messages; stays at the bottom when it was there, else leaves the scroll where it is. */
  draw(messages) {
    const first = this.newFrom === undefined;
    const pinned = first || this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_BOTTOM;
    if (first) this.newFrom = (this.unread > 0 && messages.at(-this.unread)?.ts) || null;
    const wanted = [];
    if (!this.thread) wanted.push(this.#intro());
    let previous = null;
    for (const message of messages) {
      const alone = !previous || this.thread === previous.ts || previous.user !== message.user || previous.ephemeral || message.ephemeral
        || Number(message.ts) - Number(previous.ts) > GROUP_SECONDS || !sameDay(Number(previous.ts), Number(message.ts)) || message.ts === this.newFrom;
      if (!this.thread && (!previous || !sameDay(Number(previous.ts), Number(message.ts)))) wanted.push(this.#mark(`day/${dayLabel(Number(message.ts))}`, "day", dayLabel(Number(message.ts))));
      if (message.ts === this.newFrom) wanted.push(this.#mark("new", "new", "New"));
      wanted.push(this.#row(message, alone));
      if (this.thread && message.ts === this.thread) wanted.push(this.#mark("replies", "replies", messages.length > 1 ? countReplies(messages.length - 1) : "No replies yet"));
      previous = message;
    }
    const keep = new Set(wanted);
    for (const node of [...this.list.children]) if (!keep.has(node)) node.remove();
    let place = this.list.firstChild;
    for (const node of wanted) {
      if (node === place) place = place.nextSibling;
      else this.list.insertBefore(node, place);
    }
    for (const [key, row] of this.rows) if (!keep.has(row.node)) this.rows.delete(key);
    if (!first) this.list.setAttribute("aria-live", "polite");
    if (pinned) requestAnimationFrame(() => { this.node.scrollTop = this.node.scrollHeight; });
  }

  #mark(key, kind, text) {
    const found = this.rows.get(key);
    if (found?.text === text) return found.node;
    const node = h("div", { class: `rule ${kind}`, role: "separator", "aria-label": text }, h("span", null, text));
    this.rows.set(key, { node, text });
    return node;
  }

  #intro() {
    const found = this.rows.get("intro");
    if (found) return found.node;
    const channel = channelOf(this.channel);
    const direct = channel?.kind === "im";
    const name = direct ? nameOf(channel.user) : channel?.name ?? "";
    const node = h("div", { class: "intro" },
      direct ? avatar(channel.user, 56) : h("div", { class: "intro-mark" }, icon(channel?.kind === "private" ? "lock" : "hash", 30)),
      h("h2", null, direct ? name : `#${name}`),
      h("p", null, direct ? `This conversation is just between ${name} and you.` : `This is the very beginning of the #${name} channel.`));
    this.rows.set("intro", { node });
    return node;
  }

  #row(message, alone) {
    const key = `message/${message.ts}`;
    let row = this.rows.get(key);
    if (!row) {
      row = { body: h("div", { class: "message-blocks" }), node: h("article", { data: { ts: message.ts } }) };
      row.surface = { kind: "message", act: (action) => this.act({ container: { type: "message", channel: this.channel, ts: message.ts }, ...action, state: stateOf(row.body) }) };
      this.rows.set(key, row);
    }
    const json = JSON.stringify([message.blocks, message.files, message.text, message.edited, message.reply_count, alone]);
    if (row.json === json) return row.node;
    row.json = json;
    row.node.className = `message${alone ? " alone" : ""}${message.ephemeral ? " ephemeral" : ""}`;
    row.node.setAttribute("aria-label", `${nameOf(message.user)}, ${clockTime(Number(message.ts))}`);
    row.surface.state = undefined;
    const blocks = message.blocks?.length ? message.blocks : null;
    if (blocks) {
      if (row.plain) row.body.replaceChildren();
      drawBlocks(row.body, blocks, row.surface);
    } else {
      const text = h("div", { class: "message-text" }, mrkdwn(message.text));
      if (message.edited) (text.querySelector(":scope > .para:last-child") ?? text).append(" ", editedMark());
      row.body.replaceChildren(text);
      row.body.blockNodes = undefined;
    }
    row.plain = !blocks;
    const edited = blocks && message.edited && editedMark();
    const replies = !this.thread && message.reply_count > 0 && h("button", { type: "button", class: "replies-link", on: { click: () => this.openThread(message.ts) } },
      icon("reply", 16), countReplies(message.reply_count), h("span", { class: "replies-hint" }, "View thread"));
    const tools = this.openThread && !message.ephemeral && h("div", { class: "message-tools" },
      h("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", on: { click: () => this.openThread(message.thread_ts ?? message.ts) } }, icon("reply")));
    // The blocks' host stays where it is while the rest around it is made anew: moving it would drop the keyboard focus.
    row.main ??= h("div", { class: "message-main" }, row.body);
    for (const node of [...row.main.children]) if (node !== row.body) node.remove();
    row.body.before(...[message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"), alone && head(message)].filter(Boolean));
    const files = message.files?.length > 0 && h("div", { class: "files" }, ...message.files.map(fileLink));
    row.body.after(...[files, edited, replies].filter(Boolean));
    const gutter = h("div", { class: "gutter" }, alone ? avatar(message.user) : h("time", { class: "stamp", title: fullTime(Number(message.ts)) }, clockTime(Number(message.ts))));
    for (const node of [...row.node.children]) if (node !== row.main) node.remove();
    if (!row.main.isConnected) add(row.node, [row.main]);
    row.main.before(gutter);
    if (tools) row.main.after(tools);
    return row.node;
  }
}
